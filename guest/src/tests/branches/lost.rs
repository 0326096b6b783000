//! What becomes of a branch where the answer does not arrive.

use super::{
    super::{
        forge::{Reply, id},
        loss::{LOSSES, count},
    },
    Forge, create, delete,
};
use crate::{
    bindings::types::{ErrorCode, Outcome},
    transport::BreakageKind,
};

#[test]
fn a_lost_answer_is_made_good_by_looking_and_never_by_writing_again() {
    for (name, loss) in LOSSES {
        let forge = Forge {
            loss: Some((loss, true)),
            ..Forge::with(None)
        };
        let (made, seen) = create(&forge, 'a');
        assert!(matches!(made, Ok(Outcome::Applied)), "{name}: {made:?}");
        assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
        let (deleted, seen) = delete(&forge, Some('a'));
        assert!(
            matches!(deleted, Ok(Outcome::Applied)),
            "{name}: {deleted:?}"
        );
        assert_eq!(count(&seen.requests, "DELETE"), 1, "{name}");
    }
}

#[test]
fn an_answer_lost_before_the_effect_leaves_the_outcome_unknown() {
    for (name, loss) in LOSSES {
        let forge = Forge {
            loss: Some((loss, false)),
            ..Forge::with(None)
        };
        let (made, seen) = create(&forge, 'a');
        assert!(matches!(
            made.expect_err(name).code,
            ErrorCode::OutcomeUnknown
        ));
        assert_eq!(count(&seen.requests, "POST"), 1, "{name}");
        *forge.branch.borrow_mut() = Some(id('a'));
        let (deleted, seen) = delete(&forge, None);
        assert!(matches!(
            deleted.expect_err(name).code,
            ErrorCode::OutcomeUnknown
        ));
        assert_eq!(count(&seen.requests, "DELETE"), 1, "{name}");
    }
}

#[test]
fn a_cut_body_takes_nothing_back() {
    let forge = Forge {
        loss: Some((|| Reply::Cut(BreakageKind::Cut), true)),
        ..Forge::with(None)
    };
    let (made, seen) = create(&forge, 'a');
    assert!(matches!(made, Ok(Outcome::Applied)));
    assert_eq!(count(&seen.requests, "POST"), 1);
}
