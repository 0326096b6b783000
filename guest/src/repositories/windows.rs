//! Which ids to ask for next; apart because it is arithmetic, and the list's completeness rests on it.
//!
//! GitLab's lists of projects are read from one id on, a page at a time. To read many pages at once,
//! the ids are cut into windows that do not overlap, each as wide as a page is expected to reach.
//! Nothing is ever assumed about ids that were not asked for: a window that holds more than a page
//! leaves a gap that is asked for again, and only an answer without an upper bound ends the list.

/// Ids to ask for: those above `after`, and below `before` where it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) after: u64,
    pub(super) before: Option<u64>,
}

/// A window to ask for now.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) window: Window,
    /// How many items one request may bring.
    pub(super) per_page: u32,
}

/// What was asked for, and what is still to be asked for, in the order of ids.
#[derive(Debug)]
pub(super) struct Plan<D> {
    pieces: Vec<Piece<D>>,
    limit: usize,
    /// How many of 1,000,000 ids exist, measured in each answer.
    densities: Vec<u32>,
}

#[derive(Debug)]
enum Piece<D> {
    /// Nobody asked yet.
    Open(Window),
    /// Asked, with so many items expected.
    Asked(Window, usize),
    /// Answered.
    Items(Vec<D>),
}

impl<D> Plan<D> {
    /// Begin behind an id. `density` is what an earlier plan of the same list found.
    pub(super) fn new(after: u64, density: Option<u32>, limit: usize) -> Self {
        Self {
            pieces: vec![Piece::Open(Window {
                after,
                before: None,
            })],
            limit,
            densities: density.into_iter().collect(),
        }
    }

    /// The next window to ask for, if it is known already and still needed.
    pub(super) fn next(&mut self) -> Option<Ask> {
        let (position, expected) = self.first_open()?;
        let wanted = self.limit.saturating_sub(expected);
        // A request for the last few would cost as much as one for a page.
        if wanted == 0 || (expected > 0 && wanted <= (self.limit / 20).min(50)) {
            return None;
        }
        let Piece::Open(open) = &self.pieces[position] else {
            return None;
        };
        let open = open.clone();
        let Some(density) = self.density() else {
            // Without a measure the first answer is waited for.
            let is_waiting = self
                .pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Asked(..)));
            return (!is_waiting).then(|| self.ask(position, open.clone(), None, wanted));
        };
        let size = comfortable(density);
        let width = (size as u64 * MILLION / u64::from(density)).max(1);
        let end = open.after.saturating_add(width).saturating_add(1);
        let is_rest = match open.before {
            None => wanted <= size,
            Some(before) => end >= before,
        };
        let expected = match is_rest {
            false => size,
            true => open.before.map_or(PAGE, |before| {
                let ids = before - open.after - 1;
                usize::try_from(ids.saturating_mul(u64::from(density)) / MILLION)
                    .unwrap_or(PAGE)
                    .max(1)
            }),
        };
        let before = if is_rest { None } else { Some(end) };
        Some(self.ask(position, open, before, expected.min(wanted)))
    }

    /// Take an answer. `may_have_more` says that GitLab had more items than it sent.
    pub(super) fn answer(&mut self, window: &Window, items: Vec<(u64, D)>, may_have_more: bool) {
        let asked = |piece: &Piece<D>| matches!(piece, Piece::Asked(asked, _) if asked == window);
        let Some(position) = self.pieces.iter().position(asked) else {
            return;
        };
        let Piece::Asked(_, expected) = self.pieces[position] else {
            return;
        };
        let last = items.last().map(|(id, _)| *id);
        let reached = match (last, may_have_more) {
            (Some(last), true) => last,
            (last, _) => window
                .before
                .map_or(last.unwrap_or(window.after), |before| before - 1),
        };
        // Where nothing bounds the question, the first item tells where the ids begin.
        let from = match (window.before, items.first()) {
            (None, Some((first, _))) => first.saturating_sub(1),
            _ => window.after,
        };
        self.measure(
            items.len(),
            reached - from,
            expected,
            window.before.is_none(),
        );
        self.pieces[position] = Piece::Items(items.into_iter().map(|(_, item)| item).collect());
        let has_gap = may_have_more && window.before.is_none_or(|before| reached + 1 < before);
        if has_gap {
            let gap = Window {
                after: reached,
                before: window.before,
            };
            self.open(position + 1, gap);
        }
    }

    /// Everything up to the first gap, and the id behind which the list goes on.
    pub(super) fn finish(self) -> (Vec<D>, Option<u64>) {
        let mut items = Vec::new();
        for piece in self.pieces {
            match piece {
                Piece::Items(more) => items.extend(more),
                Piece::Open(window) | Piece::Asked(window, _) => {
                    return (items, Some(window.after));
                }
            }
        }
        (items, None)
    }

    /// How many of 1,000,000 ids exist: the middle of what was measured, so that neither a gap nor a
    /// crowd decides.
    pub(super) fn density(&self) -> Option<u32> {
        let mut sorted = self.densities.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }

    fn first_open(&self) -> Option<(usize, usize)> {
        let mut expected = 0;
        for (position, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Open(_) => return Some((position, expected)),
                Piece::Asked(_, items) => expected += items,
                Piece::Items(items) => expected += items.len(),
            }
        }
        None
    }

    /// Ask for a part of the open window at `position` up to `before`, or for the rest of it.
    fn ask(&mut self, position: usize, open: Window, before: Option<u64>, expected: usize) -> Ask {
        let window = Window {
            after: open.after,
            before: before.or(open.before),
        };
        self.pieces[position] = Piece::Asked(window.clone(), expected.min(PAGE));
        if let Some(before) = before {
            let rest = Window {
                after: before - 1,
                before: open.before,
            };
            self.pieces.insert(position + 1, Piece::Open(rest));
        }
        let per_page = match window.before {
            Some(_) => PAGE,
            None => expected.clamp(1, PAGE),
        };
        Ask {
            window,
            per_page: per_page as u32,
        }
    }

    /// Insert an open window, as one with another that follows it.
    fn open(&mut self, position: usize, window: Window) {
        match self.pieces.get_mut(position) {
            Some(Piece::Open(next)) => next.after = window.after,
            _ => self.pieces.insert(position, Piece::Open(window)),
        }
    }

    /// Learn from an answer. After a window that held far less than expected nothing is known of
    /// what follows, and an unbounded question crosses the gap, however wide.
    fn measure(&mut self, found: usize, width: u64, expected: usize, is_unbounded: bool) {
        if !is_unbounded && found * 2 < expected {
            self.densities.clear();
            return;
        }
        if found > 0 && width > 0 {
            let density = (found as u64 * MILLION / width).clamp(1, MILLION);
            self.densities.push(density as u32);
        }
    }
}

/// How many items a window may be expected to hold, so that it seldom holds more than a page: the
/// page less 1.75 standard deviations of a draw with that density.
fn comfortable(density: u32) -> usize {
    let missing = 1.0 - f64::from(density) / MILLION as f64;
    let spread = 1.75 * missing.max(0.0).sqrt();
    let root = ((spread * spread + 4.0 * PAGE as f64).sqrt() - spread) / 2.0;
    ((root * root) as usize).clamp(1, PAGE)
}

const MILLION: u64 = 1_000_000;
const PAGE: usize = 100;

#[cfg(test)]
mod tests;
