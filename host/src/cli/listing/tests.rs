//! Lists that end, stop, break and lie: apart because each needs a plugin's pages.

use super::*;
use crate::cli::output::tests::Written;

#[derive(Serialize)]
struct Number {
    number: u64,
}

impl Row for Number {
    const COLUMNS: &'static [&'static str] = &["NUMBER"];

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::from(self.number.to_string().as_str())]
    }
}

/// Lists the numbers below `total`, and fails at `broken`.
async fn numbers(
    json: bool,
    arguments: ListArguments,
    total: u64,
    broken: Option<u64>,
) -> (Result<(), CommandError>, Written) {
    let (mut output, written) = Output::into_memory(json);
    let fetch = async |request: PageRequest| {
        let start: u64 = request.cursor.map_or(0, |cursor| cursor.parse().unwrap());
        if broken.is_some_and(|broken| start >= broken) {
            return Err(CommandError::Loop {
                tried: "go on".into(),
            });
        }
        let end = total.min(start + u64::from(request.limit.unwrap()));
        let next = if end == total {
            PageEnd::Complete
        } else {
            PageEnd::More(end.to_string())
        };
        let items = (start..end).collect();
        Ok(Page::new(items, next, |number| Number { number }).about("commit", "abc"))
    };
    let result = list(&mut output, Notes::new(0), &arguments, "numbers", fetch).await;
    (result, written)
}

fn all() -> ListArguments {
    ListArguments {
        limit: None,
        cursor: None,
    }
}

fn value(written: &Written) -> Value {
    serde_json::from_str(&written.text()).unwrap()
}

#[tokio::test]
async fn a_list_of_many_pages_is_one_object_that_says_it_is_complete() {
    let (result, written) = numbers(true, all(), 2_500, None).await;
    result.unwrap();
    let value = value(&written);
    assert_eq!(value["commit"], "abc");
    assert_eq!(value["complete"], true);
    let items = value["items"].as_array().unwrap();
    assert_eq!(items.len(), 2_500);
    assert_eq!(items[2_499]["number"], 2_499);
}

#[tokio::test]
async fn an_empty_list_is_an_object_too() {
    let (result, written) = numbers(true, all(), 0, None).await;
    result.unwrap();
    assert_eq!(
        value(&written),
        serde_json::json!({"commit": "abc", "items": [], "complete": true})
    );
}

#[tokio::test]
async fn a_list_that_breaks_half_way_does_not_look_complete() {
    let (result, written) = numbers(true, all(), 2_500, Some(100)).await;
    assert!(result.is_err());
    let value = value(&written);
    assert_eq!(value["complete"], false);
    assert_eq!(value["items"].as_array().unwrap().len(), 100);
    assert_eq!(value["error"]["code"], "malformed");
}

#[tokio::test]
async fn a_list_that_fails_at_once_writes_nothing() {
    let (result, written) = numbers(true, all(), 2_500, Some(0)).await;
    assert!(result.is_err());
    assert_eq!(written.text(), "");
}

#[tokio::test]
async fn a_limit_stops_the_list_and_its_cursor_goes_on() {
    let limited = ListArguments {
        limit: Some(150),
        cursor: None,
    };
    let (result, written) = numbers(true, limited, 200, None).await;
    result.unwrap();
    let first = value(&written);
    assert_eq!(
        (&first["complete"], first["items"].as_array().unwrap().len()),
        (&false.into(), 150)
    );
    let cursor = first["cursor"].as_str().map(str::to_owned);
    let (_, written) = numbers(
        true,
        ListArguments {
            limit: None,
            cursor,
        },
        200,
        None,
    )
    .await;
    let rest = value(&written);
    assert_eq!(
        (&rest["complete"], &rest["items"][0]["number"]),
        (&true.into(), &150.into())
    );
}

#[tokio::test]
async fn a_limit_that_the_list_does_not_reach_leaves_it_complete() {
    let limited = ListArguments {
        limit: Some(3),
        cursor: None,
    };
    let (result, written) = numbers(true, limited, 3, None).await;
    result.unwrap();
    assert_eq!(value(&written)["complete"], true);
}

#[tokio::test]
async fn a_plugin_whose_list_never_ends_is_stopped() {
    let (mut output, written) = Output::into_memory(true);
    let fetch = async |_: PageRequest| {
        Ok(Page::new(
            vec![1],
            PageEnd::More("again".into()),
            |number| Number { number },
        ))
    };
    let error = list(&mut output, Notes::new(0), &all(), "numbers", fetch)
        .await
        .unwrap_err();
    assert_eq!(error.describe().exit_status, 29);
    assert_eq!(value(&written)["complete"], false);
}

#[test]
fn empty_pages_lead_on_for_a_while_and_not_for_ever() {
    let mut way = Way::from(None);
    for number in 1..MOST_EMPTY {
        assert!(way.goes_on(&number.to_string(), 0));
    }
    assert!(way.goes_on("something", 1));
    for number in 1..MOST_EMPTY {
        assert!(way.goes_on(&number.to_string(), 0));
    }
    assert!(!way.goes_on("more", 0));
    assert!(!way.goes_on("more", 1));
}

#[tokio::test]
async fn people_get_a_table() {
    let (result, written) = numbers(false, all(), 3, None).await;
    result.unwrap();
    assert_eq!(written.text(), "NUMBER\n0\n1\n2\n");
}
