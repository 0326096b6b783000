//! Where symbolic links lead: apart because it is decided on names alone, before any exists.

use std::collections::HashMap;

/// The symbolic links of a tree: where each stands, and where it leads.
#[derive(Debug, Default)]
pub(super) struct Links(HashMap<Vec<u8>, Vec<u8>>);

impl Links {
    pub(super) fn insert(&mut self, path: &[u8], target: &[u8]) {
        self.0.insert(path.into(), target.into());
    }

    /// Whether following the link could leave the tree.
    ///
    /// The way is followed as an operating system does it, through the tree's other links, those
    /// that are not created included. Everything else on the way counts as a directory: what is
    /// missing today may be one tomorrow.
    pub(super) fn leads_outside(&self, path: &[u8], target: &[u8]) -> bool {
        let mut here: Vec<&[u8]> = names(path).collect();
        here.pop();
        let mut ahead = Vec::new();
        let mut next = Some(target);
        let mut followed = 0;
        loop {
            if let Some(target) = next.take() {
                if target.first() == Some(&b'/') {
                    return true;
                }
                ahead.extend(names(target).rev());
            }
            match ahead.pop() {
                None => return false,
                Some(b"" | b".") => {}
                Some(b"..") => {
                    if here.pop().is_none() {
                        return true;
                    }
                }
                Some(name) => {
                    here.push(name);
                    next = self.0.get(&here.join(&b'/')).map(Vec::as_slice);
                    if next.is_some() {
                        here.pop();
                        followed += 1;
                    }
                }
            }
            // No system follows more: a longer way, such as a circle, leads nowhere at all.
            if followed > MOST_FOLLOWED {
                return false;
            }
        }
    }
}

fn names(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
}

/// Links that Linux follows on one way.
const MOST_FOLLOWED: u32 = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(path: &str, target: &str, others: &[(&str, &str)]) -> bool {
        let mut links = Links::default();
        links.insert(path.as_bytes(), target.as_bytes());
        for (path, target) in others {
            links.insert(path.as_bytes(), target.as_bytes());
        }
        links.leads_outside(path.as_bytes(), target.as_bytes())
    }

    #[test]
    fn a_link_within_the_tree_is_inside() {
        for (path, target) in [
            ("a", "b"),
            ("a", "."),
            ("a", "b/../c"),
            ("d/a", "../b"),
            ("d/e/a", "../../b"),
            ("a", "missing/deep"),
            ("d/a", ".."),
            ("a", "./b//c/"),
            ("a", "..."),
            ("a", "a"),
        ] {
            assert!(!outside(path, target, &[]), "{path} -> {target}");
        }
    }

    #[test]
    fn a_link_that_leaves_the_tree_is_outside() {
        for (path, target) in [
            ("a", "/etc/passwd"),
            ("a", ".."),
            ("a", "../x"),
            ("d/a", "../../x"),
            ("d/a", "../.."),
            ("a", "b/../../tree/b"),
            ("a", "./.."),
            ("a", "b/c/../../../x"),
            ("a", "//"),
        ] {
            assert!(outside(path, target, &[]), "{path} -> {target}");
        }
    }

    #[test]
    fn a_link_through_another_leads_where_that_one_leads() {
        assert!(outside("a", "out/x", &[("out", "/etc")]));
        assert!(outside(
            "a",
            "one",
            &[("one", "two"), ("two", "d/three"), ("d/three", "../../x")]
        ));
        assert!(outside("a", "deep/../..", &[("deep", "d")]));
        assert!(!outside("a", "deep/../x", &[("deep", "d/e/f")]));
        assert!(outside("d/a", "up/../x", &[("d/up", "..")]));
    }

    #[test]
    fn a_circle_leads_nowhere() {
        assert!(!outside("a", "b", &[("b", "a")]));
        assert!(!outside("a", "a/x/..", &[]));
    }
}
