//! What a change does to the text of the file, as it is shown before it is written: apart from
//! writing it, because here only lines are compared.

/// The lines that go and those that come, marked with `-` and `+`, in the order of the text.
pub(super) fn changes(before: &str, after: &str) -> String {
    let before: Vec<&str> = before.lines().collect();
    let after: Vec<&str> = after.lines().collect();
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let start = before.iter().zip(&after).take_while(same).count();
    let (before, after) = (&before[start..], &after[start..]);
    let backwards = before.iter().rev().zip(after.iter().rev());
    let end = backwards.take_while(same).count();
    let (before, after) = (&before[..before.len() - end], &after[..after.len() - end]);

    let lengths = common(before, after);
    let (mut old, mut new) = (0, 0);
    let mut text = String::new();
    while old < before.len() || new < after.len() {
        match (before.get(old), after.get(new)) {
            (Some(one), Some(other)) if one == other => (old, new) = (old + 1, new + 1),
            (Some(line), other)
                if other.is_none() || lengths[old + 1][new] >= lengths[old][new + 1] =>
            {
                text.push_str(&format!("- {line}\n"));
                old += 1;
            }
            (_, line) => {
                text.push_str(&format!("+ {}\n", line.unwrap_or(&"")));
                new += 1;
            }
        }
    }
    text
}

/// How many lines are left in both, from each place in the one and in the other.
fn common(before: &[&str], after: &[&str]) -> Vec<Vec<usize>> {
    let mut lengths = vec![vec![0; after.len() + 1]; before.len() + 1];
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            lengths[old][new] = if before[old] == after[new] {
                lengths[old + 1][new + 1] + 1
            } else {
                lengths[old + 1][new].max(lengths[old][new + 1])
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_and_what_comes_is_shown() {
        let before = "a\nurl = 1 # main\nb\nproxy = 2\nc\n";
        for (after, expected) in [
            (before, ""),
            (
                "a\nurl = 3 # main\nb\nproxy = 2\nc\n",
                "- url = 1 # main\n+ url = 3 # main\n",
            ),
            ("a\nurl = 1 # main\nb\nproxy = 2\nc\nd\n", "+ d\n"),
            ("a\nb\nc\n", "- url = 1 # main\n- proxy = 2\n"),
            ("x\na\nurl = 1 # main\nb\nc\ny\n", "+ x\n- proxy = 2\n+ y\n"),
            ("", "- a\n- url = 1 # main\n- b\n- proxy = 2\n- c\n"),
        ] {
            assert_eq!(changes(before, after), expected, "{after}");
        }
        assert_eq!(changes("", "a\n"), "+ a\n");
    }
}
