//! Finds every occurrence of a set of texts in a stream of pieces, in linear time.
//!
//! It is apart because it knows nothing of secrets. Two searchers share the work: a vectorised one
//! leaps to the next place where the first bytes of a text stand, and an automaton decides from
//! there. The automaton's state is all that has to be kept between two pieces: it says which text
//! may have begun, and how much of it was read.

use std::collections::HashMap;

use aho_corasick::{
    Anchored, Span,
    automaton::{Automaton, StateID},
    nfa::contiguous::NFA,
    packed,
};

/// A set of texts, ready to be searched for.
pub(crate) struct Matcher {
    texts: Box<[Box<[u8]>]>,
    automaton: NFA,
    start: StateID,
    /// The text that a state has read the beginning of, and how much of it.
    begun: HashMap<StateID, (usize, usize)>,
    anchors: Option<packed::Searcher>,
    anchor_length: usize,
}

impl Matcher {
    /// None of the texts may be empty.
    pub(crate) fn new(texts: Box<[Box<[u8]>]>) -> Self {
        // Only texts of more than a gibibyte have more states than the automaton can number.
        let automaton = NFA::builder()
            .prefilter(false)
            .build(&texts)
            .expect("the texts are short");
        // The builder's default is an automaton with an unanchored start.
        let start = automaton
            .start_state(Anchored::No)
            .expect("it has this start");
        let shortest = texts
            .iter()
            .map(|text| text.len())
            .min()
            .unwrap_or_default();
        let anchor_length = shortest.min(ANCHOR);
        Self {
            begun: begun(&automaton, start, &texts),
            anchors: anchors(&texts, anchor_length),
            anchor_length,
            texts,
            automaton,
            start,
        }
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The state in which nothing has begun.
    pub(crate) fn start(&self) -> StateID {
        self.start
    }

    /// The longest end of what was read that a text begins with, and does not end with.
    pub(crate) fn begun(&self, state: StateID) -> &[u8] {
        match self.begun.get(&state) {
            Some(&(text, length)) => &self.texts[text][..length],
            None => &[],
        }
    }

    /// Reads on to the next place where a text ends, and answers the length of the longest that
    /// ends there. Bytes before `at` are not looked at again.
    pub(crate) fn next_end(
        &self,
        state: &mut StateID,
        piece: &[u8],
        at: &mut usize,
    ) -> Option<usize> {
        while *at < piece.len() {
            if *state == self.start {
                *at = self.next_anchor(piece, *at);
            }
            while let Some(&byte) = piece.get(*at) {
                *state = self.automaton.next_state(Anchored::No, *state, byte);
                *at += 1;
                if self.automaton.is_match(*state) {
                    return Some(self.longest_end(*state));
                }
                if *state == self.start {
                    break;
                }
            }
        }
        None
    }

    /// The first place at which a text may begin.
    fn next_anchor(&self, piece: &[u8], at: usize) -> usize {
        let Some(anchors) = &self.anchors else {
            return at;
        };
        match anchors.find_in(piece, Span::from(at..piece.len())) {
            Some(anchor) => anchor.start(),
            // An anchor may begin in this piece and end in the next one.
            None => at.max((piece.len() + 1).saturating_sub(self.anchor_length)),
        }
    }

    fn longest_end(&self, state: StateID) -> usize {
        (0..self.automaton.match_len(state))
            .map(|index| self.automaton.match_pattern(state, index))
            .map(|text| self.automaton.pattern_len(text))
            .max()
            .unwrap_or_default()
    }
}

/// For each state the longest text that it has read the beginning of, and not the end.
fn begun(automaton: &NFA, start: StateID, texts: &[Box<[u8]>]) -> HashMap<StateID, (usize, usize)> {
    let next = |state, byte: &u8| automaton.next_state(Anchored::No, state, *byte);
    let mut begun = HashMap::new();
    let mut ends = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let mut state = start;
        for (length, byte) in text.iter().enumerate() {
            if length > 0 {
                begun.entry(state).or_insert((index, length));
            }
            state = next(state, byte);
        }
        ends.push((text, state));
    }
    // Where a text has ended that no other one begins with, only what follows its first byte can
    // be a beginning: the end of a shorter text, if it is one, and known by then.
    ends.sort_unstable_by_key(|(text, _)| text.len());
    for (text, end) in ends {
        let shorter = text[1..].iter().fold(start, next);
        if let (false, Some(&known)) = (begun.contains_key(&end), begun.get(&shorter)) {
            begun.insert(end, known);
        }
    }
    begun
}

/// The vectorised searcher; `None` where the processor or the number of texts does not suit it.
fn anchors(texts: &[Box<[u8]>], length: usize) -> Option<packed::Searcher> {
    let mut anchors: Vec<_> = texts.iter().map(|text| &text[..length]).collect();
    anchors.sort_unstable();
    anchors.dedup();
    packed::Config::new()
        .only_teddy(true)
        .builder()
        .extend(anchors)
        .build()
}

/// Bytes of a text that are looked for at once. With as few as these, the encodings of one secret
/// in upper and lower case, and tokens that begin with the same word, share an anchor; the
/// searcher has room for 64. More of them would not make it faster.
const ANCHOR: usize = 4;
