//! A simulated forge against the plan; apart because it is longer than the arithmetic.

use std::collections::VecDeque;

use super::*;

/// A forge with those ids, that answers `at_once` requests in whatever order `pick` says.
struct Simulation {
    ids: Vec<u64>,
    at_once: usize,
    random: u64,
    requests: usize,
}

impl Simulation {
    fn new(ids: Vec<u64>, at_once: usize) -> Self {
        Self {
            ids,
            at_once,
            random: 0x9e37_79b9_7f4a_7c15,
            requests: 0,
        }
    }

    fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    fn ask(&mut self, ask: &Ask) -> (Vec<(u64, u64)>, bool) {
        self.requests += 1;
        let from = self.ids.partition_point(|id| *id <= ask.window.after);
        let to = ask.window.before.map_or(self.ids.len(), |before| {
            self.ids.partition_point(|id| *id < before)
        });
        let found = &self.ids[from..to.max(from)];
        let taken = found.len().min(ask.per_page as usize);
        let items = found[..taken].iter().map(|id| (*id, *id)).collect();
        (items, found.len() > taken)
    }

    /// One call: everything that it delivers, and where the list goes on.
    fn call(
        &mut self,
        place: (u64, Option<u32>),
        limit: usize,
    ) -> (Vec<u64>, Option<(u64, Option<u32>)>) {
        let mut plan = Plan::new(place.0, place.1, limit);
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < self.at_once
                && let Some(ask) = plan.next()
            {
                under_way.push_back(ask);
            }
            if under_way.is_empty() {
                break;
            }
            let picked = self.random() as usize % under_way.len();
            let Some(ask) = under_way.remove(picked) else {
                break;
            };
            let (items, may_have_more) = self.ask(&ask);
            plan.answer(&ask.window, items, may_have_more);
        }
        let density = plan.density();
        let (mut items, mut next) = plan.finish();
        if items.len() > limit {
            items.truncate(limit);
            next = items.last().copied();
        }
        (items, next.map(|after| (after, density)))
    }

    /// The whole list, call after call.
    fn list(&mut self, limit: usize) -> Vec<u64> {
        let mut all = Vec::new();
        let mut place = (0, None);
        loop {
            let (items, next) = self.call(place, limit);
            assert!(items.len() <= limit);
            all.extend(items);
            match next {
                Some(next) => {
                    assert!(next.0 >= place.0, "the list goes back");
                    place = next;
                }
                None => return all,
            }
        }
    }
}

fn forge(count: usize, gap: impl Fn(usize) -> u64) -> Vec<u64> {
    let mut id = 0;
    (0..count)
        .map(|position| {
            id += gap(position);
            id
        })
        .collect()
}

/// Mixes a position, so that gaps look random and are the same each time.
fn mixed(position: usize) -> u64 {
    let mut x = (position as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[test]
fn any_ids_are_listed_completely_and_in_order() {
    let shapes: Vec<Vec<u64>> = vec![
        vec![],
        vec![1],
        vec![u64::from(u32::MAX)],
        forge(100, |_| 1),
        forge(101, |_| 1),
        forge(5_000, |_| 1),
        forge(3_000, |position| 1 + mixed(position) % 20),
        forge(
            3_000,
            |position| if position % 700 == 0 { 1_000_000 } else { 1 },
        ),
        forge(3_000, |position| if position < 1_500 { 1 } else { 50 }),
        forge(3_000, |position| if position < 1_500 { 500 } else { 1 }),
        forge(2_000, |position| {
            if mixed(position).is_multiple_of(50) {
                10_000
            } else {
                1 + mixed(position) % 3
            }
        }),
    ];
    for ids in shapes {
        for limit in [1, 7, 100, 101, 1_000] {
            for at_once in [1, 4, 16] {
                if limit == 1 && ids.len() > 200 {
                    continue;
                }
                let listed = Simulation::new(ids.clone(), at_once).list(limit);
                assert_eq!(
                    listed,
                    ids,
                    "{} ids, limit {limit}, {at_once} at once",
                    ids.len()
                );
            }
        }
    }
}

#[test]
fn sixty_thousand_repositories_cost_few_requests_more_than_pages() {
    let dense = forge(60_000, |_| 1);
    let half = forge(60_000, |position| 1 + mixed(position) % 3);
    for (name, ids) in [("dense", dense), ("half", half)] {
        for at_once in [1, 8, 16] {
            let mut simulation = Simulation::new(ids.clone(), at_once);
            simulation.list(1_000);
            let requests = simulation.requests;
            assert!(
                requests <= 720 + 30,
                "{name}, {at_once} at once: {requests}"
            );
        }
    }
}

#[test]
fn most_requests_of_a_call_are_under_way_together() {
    let mut plan: Plan<u64> = Plan::new(0, Some(1_000_000), 1_000);
    let asks: Vec<_> = std::iter::from_fn(|| plan.next()).collect();
    assert_eq!(asks.len(), 10);
    assert_eq!(
        asks[0].window,
        Window {
            after: 0,
            before: Some(101)
        }
    );
    assert_eq!(
        asks[1].window,
        Window {
            after: 100,
            before: Some(201)
        }
    );
    assert_eq!(
        asks[9].window,
        Window {
            after: 900,
            before: None
        }
    );
}

#[test]
fn a_small_limit_is_one_request() {
    let mut simulation = Simulation::new(forge(5_000, |_| 1), 16);
    let (items, _) = simulation.call((0, None), 10);
    assert_eq!((items.len(), simulation.requests), (10, 1));
}

#[test]
fn comfort_leaves_more_room_where_ids_are_sparse() {
    assert_eq!(comfortable(1_000_000), 100);
    assert!(comfortable(500_000) < 95);
    assert!(comfortable(1) < comfortable(500_000));
    assert!(comfortable(1) > 75);
}
