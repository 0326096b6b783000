//! Which lines differ; apart because the time that it takes has to be bounded for any input.

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};

/// The changes that make the new lines of the old ones.
///
/// Up to a bound they are git's: the same algorithm, and the same choice where a change may stand
/// in several places. Beyond it the lines are taken apart at those that stand once on both sides,
/// and what still is too much to compare counts as changed throughout.
pub(super) fn changes(input: &InternedInput<&str>) -> Vec<Hunk> {
    let (old, new) = (input.before.as_slice(), input.after.as_slice());
    let kinds = input.interner.num_tokens() as usize;
    let same = old
        .iter()
        .zip(new)
        .take_while(|(old, new)| old == new)
        .count();
    let (old_rest, new_rest) = (&old[same..], &new[same..]);
    let backwards = old_rest.iter().rev().zip(new_rest.iter().rev());
    let same_end = backwards.take_while(|(old, new)| old == new).count();
    let old_rest = &old_rest[..old_rest.len() - same_end];
    let new_rest = &new_rest[..new_rest.len() - same_end];
    if pairs(old_rest, new_rest, kinds) <= MOST_PAIRS {
        let mut diff = Diff::compute(Algorithm::Myers, input);
        diff.postprocess_lines(input);
        return diff.hunks().collect();
    }
    let anchors = anchors(old_rest, new_rest, kinds);
    let mut pieces = Pieces::new(kinds);
    pieces.compare_all((old_rest, new_rest), anchors, same);
    pieces.changes
}

/// Changes of pieces that were compared one by one.
struct Pieces {
    /// Work that may still be done, in pairs of lines that are compared.
    left: u64,
    changes: Vec<Hunk>,
    /// The numbers of a piece's own kinds of line, each with the piece that gave it.
    numbers: Vec<(u32, u32)>,
    piece: u32,
}

impl Pieces {
    fn new(kinds: usize) -> Self {
        Self {
            left: MOST_PAIRS,
            changes: Vec::new(),
            numbers: vec![(0, 0); kinds],
            piece: 0,
        }
    }

    /// Compare what is between the lines that stand once on both sides.
    fn compare_all(
        &mut self,
        (old, new): (&[Token], &[Token]),
        anchors: Vec<(usize, usize)>,
        same: usize,
    ) {
        let (mut old_at, mut new_at) = (0, 0);
        for (old_anchor, new_anchor) in anchors.into_iter().chain([(old.len(), new.len())]) {
            let piece = (&old[old_at..old_anchor], &new[new_at..new_anchor]);
            self.compare(piece, same + old_at, same + new_at);
            (old_at, new_at) = (old_anchor + 1, new_anchor + 1);
        }
    }

    fn compare(&mut self, (old, new): (&[Token], &[Token]), old_at: usize, new_at: usize) {
        let (old_at, new_at) = (old_at as u32, new_at as u32);
        if old.is_empty() && new.is_empty() {
            return;
        }
        let whole = Hunk {
            before: old_at..old_at + old.len() as u32,
            after: new_at..new_at + new.len() as u32,
        };
        // What has no line on one side, or one on both, is changed throughout: it is not the same.
        if old.is_empty() || new.is_empty() || (old.len() == 1 && new.len() == 1 && old != new) {
            self.left = self.left.saturating_sub(1);
            self.changes.push(whole);
            return;
        }
        // A piece costs what it has, and not what the whole has: there may be very many.
        let (old, new, kinds) = self.renumbered(old, new);
        let cost = pairs(&old, &new, kinds) + (old.len() + new.len() + kinds) as u64;
        if cost > self.left {
            self.changes.push(whole);
            return;
        }
        self.left -= cost;
        if old.len() == 1 || new.len() == 1 {
            self.changes.extend(around(&old, &new, &whole));
            return;
        }
        let mut diff = Diff::default();
        diff.compute_with(Algorithm::Myers, &old, &new, kinds as u32);
        self.changes.extend(diff.hunks().map(|hunk| Hunk {
            before: hunk.before.start + old_at..hunk.before.end + old_at,
            after: hunk.after.start + new_at..hunk.after.end + new_at,
        }));
    }

    /// The piece with its own numbers of kinds, and how many these are.
    fn renumbered(&mut self, old: &[Token], new: &[Token]) -> (Vec<Token>, Vec<Token>, usize) {
        self.piece += 1;
        let mut kinds = 0;
        let mut renumber = |token: &Token| {
            let number = &mut self.numbers[token.0 as usize];
            if number.0 != self.piece {
                *number = (self.piece, kinds);
                kinds += 1;
            }
            Token(number.1)
        };
        let old = old.iter().map(&mut renumber).collect();
        let new = new.iter().map(&mut renumber).collect();
        (old, new, kinds as usize)
    }
}

/// The changes where one side is a single line: what stands before it and behind it on the other
/// side, or all of it where the other side does not have it.
fn around(old: &[Token], new: &[Token], whole: &Hunk) -> Vec<Hunk> {
    let both = match old.len() {
        1 => new
            .iter()
            .position(|token| *token == old[0])
            .map(|at| (0, at)),
        _ => old
            .iter()
            .position(|token| *token == new[0])
            .map(|at| (at, 0)),
    };
    let Some((old_at, new_at)) = both else {
        return vec![whole.clone()];
    };
    let old_at = whole.before.start + old_at as u32;
    let new_at = whole.after.start + new_at as u32;
    let before = Hunk {
        before: whole.before.start..old_at,
        after: whole.after.start..new_at,
    };
    let behind = Hunk {
        before: old_at + 1..whole.before.end,
        after: new_at + 1..whole.after.end,
    };
    let is_change = |hunk: &Hunk| !hunk.before.is_empty() || !hunk.after.is_empty();
    [before, behind].into_iter().filter(is_change).collect()
}

/// How many pairs there are of an old line and a new one that are the same. What repeats a lot is
/// what takes long.
fn pairs(old: &[Token], new: &[Token], kinds: usize) -> u64 {
    let mut often = vec![0_u32; kinds];
    for token in old {
        often[token.0 as usize] += 1;
    }
    new.iter()
        .map(|token| u64::from(often[token.0 as usize]))
        .sum()
}

/// Where lines stand that occur once on both sides: as many as are in the same order there.
fn anchors(old: &[Token], new: &[Token], kinds: usize) -> Vec<(usize, usize)> {
    let (in_old, in_new) = (places(old, kinds), places(new, kinds));
    let both = old.iter().enumerate().filter_map(|(old_at, token)| {
        let kind = token.0 as usize;
        match (in_old[kind], in_new[kind]) {
            (Place::Once(_), Place::Once(new_at)) => Some((old_at, new_at)),
            _ => None,
        }
    });
    longest_rising(&both.collect::<Vec<_>>())
}

#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    Once(usize),
    Often,
}

fn places(lines: &[Token], kinds: usize) -> Vec<Place> {
    let mut places = vec![Place::Nowhere; kinds];
    for (at, token) in lines.iter().enumerate() {
        let place = &mut places[token.0 as usize];
        *place = match place {
            Place::Nowhere => Place::Once(at),
            _ => Place::Often,
        };
    }
    places
}

/// The longest part of the pairs whose second halves rise as the first do.
fn longest_rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair that ends such a part lowest, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, (_, new_at)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *new_at);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut rising = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(index) = next {
        rising.push(pairs[index]);
        next = before[index];
    }
    rising.reverse();
    rising
}

/// Compared within a second; files that people write have far fewer.
const MOST_PAIRS: u64 = 100_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rising_part_is_found() {
        let pairs = [(0, 3), (1, 0), (2, 1), (3, 7), (4, 2), (5, 5)];
        assert_eq!(longest_rising(&pairs), [(1, 0), (2, 1), (4, 2), (5, 5)]);
        assert_eq!(longest_rising(&[]), []);
    }

    #[test]
    fn what_repeats_too_much_is_still_compared_between_lines_that_stand_once() {
        // 20,000 lines of a kind on each side are four times the bound.
        let text = |changed: &str| -> String {
            let line = |n| match n {
                10_000 => format!("{changed}\n"),
                n if n % 100 == 0 => format!("once {n}\n"),
                _ => "often\n".to_owned(),
            };
            (0..20_001).map(line).collect()
        };
        let (old, new) = (text("old") + "end of old\n", text("new") + "end of new\n");
        let old = format!("begin of old\n{old}");
        let mut input = InternedInput::default();
        input.update_before(old.lines());
        input.update_after(new.lines());
        let found: Vec<_> = changes(&input)
            .into_iter()
            .map(|hunk| (hunk.before, hunk.after))
            .collect();
        let wanted = [
            (0..1, 0..0),
            (10_001..10_002, 10_000..10_001),
            (20_002..20_003, 20_001..20_002),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_single_line_is_found_among_others_or_all_is_changed() {
        let tokens = |text: &str| text.bytes().map(|b| Token(b.into())).collect::<Vec<_>>();
        let changes = |old: &str, new: &str| {
            let mut pieces = Pieces::new(256);
            pieces.compare((&tokens(old), &tokens(new)), 10, 20);
            let hunks = pieces.changes.into_iter();
            hunks
                .map(|hunk| (hunk.before, hunk.after))
                .collect::<Vec<_>>()
        };
        assert_eq!(changes("b", "abc"), [(10..10, 20..21), (11..11, 22..23)]);
        assert_eq!(changes("abc", "a"), [(11..13, 21..21)]);
        assert_eq!(changes("x", "abc"), [(10..11, 20..23)]);
        assert_eq!(changes("x", "y"), [(10..11, 20..21)]);
        assert_eq!(changes("", "y"), [(10..10, 20..21)]);
        assert_eq!(changes("ab", "ba").len(), 2);
    }

    #[test]
    fn very_many_pieces_cost_what_all_of_them_have() {
        const PIECES: usize = 20_000;
        // A block that is too much to compare, and pairs that differ between lines that stand once.
        let text = |side: &str| -> String {
            let begin = format!("begin of {side}\n");
            let piece = |n| format!("once {n}\n{side} {n}\nboth {}\n{side} too {n}\n", n / 2);
            begin + &"x\n".repeat(10_001) + &(0..PIECES).map(piece).collect::<String>()
        };
        let (old, new) = (text("old"), text("new"));
        let mut input = InternedInput::default();
        input.update_before(old.lines());
        input.update_after(new.lines());
        let kinds = input.interner.num_tokens() as usize;
        assert!(pairs(&input.before, &input.after, kinds) > MOST_PAIRS);
        let anchors = anchors(&input.before, &input.after, kinds);
        assert!(anchors.len() >= PIECES);
        let mut pieces = Pieces::new(kinds);
        pieces.compare_all((&input.before, &input.after), anchors, 0);
        let work = MOST_PAIRS - pieces.left;
        assert!(work < 20 * PIECES as u64, "{work}");
        assert!(work >= PIECES as u64, "{work}");
        assert!(pieces.changes.len() > PIECES);
        let is_bounded = |hunk: &&Hunk| hunk.before.len() < 5 && hunk.after.len() < 5;
        let large = pieces.changes.iter().filter(|hunk| !is_bounded(hunk));
        assert_eq!(large.count(), 1);
    }
}
