//! Lists of any length: apart because they are written page by page, in bounded memory, and say
//! at their end whether they are whole.

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};

use super::description::Description;
use super::failure::CommandError;
use super::notes::Notes;
use super::output::Output;
use super::progress::Meter;
use super::table::{Cell, Table};
use crate::contract::types::{PageEnd, PageRequest};

/// How much of a list is wanted.
#[derive(Args, Clone, Debug)]
pub(crate) struct ListArguments {
    /// Stop after this many; without it the list is whole, or the command fails
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Go on where an earlier list stopped, at the cursor that it told
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// An item of a list: its fields are its JSON.
pub(crate) trait Row: Serialize + Sized {
    /// The headers of its columns.
    const COLUMNS: &'static [&'static str];

    /// What there is to know where the list is empty.
    const EMPTY: &'static str = "the list is empty";

    /// What people see of it.
    fn cells(&self) -> Vec<Cell>;

    /// A page of them for people.
    fn page(items: &[Self], table: &mut Table) -> String {
        table.page(&items.iter().map(Self::cells).collect::<Vec<_>>())
    }
}

/// A part of a list.
pub(crate) struct Page<R> {
    pub(crate) items: Vec<R>,
    pub(crate) end: PageEnd,
    /// What JSON says before the items, taken from the first page.
    pub(crate) about: Map<String, Value>,
    /// Whether the forge left something out.
    pub(crate) cut: bool,
    /// How many there are in all, where the forge tells. A hint, for people who wait.
    pub(crate) total: Option<u64>,
}

impl<R> Page<R> {
    /// A part of a list that the forge cannot cut short.
    pub(crate) fn new<T>(items: Vec<T>, end: PageEnd, shape: impl FnMut(T) -> R) -> Self {
        let items = items.into_iter().map(shape).collect();
        Self {
            items,
            end,
            about: Map::new(),
            cut: false,
            total: None,
        }
    }

    /// The same, with how many there are in all.
    pub(crate) fn total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }

    /// The same, with something to say before the items.
    pub(crate) fn about(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.about.insert(key.to_owned(), value.into());
        self
    }
}

/// Fetch a list and write it. `what` fits "failed to list …".
pub(crate) async fn list<R: Row>(
    output: &mut Output,
    notes: Notes,
    arguments: &ListArguments,
    what: &str,
    mut fetch: impl AsyncFnMut(PageRequest) -> Result<Page<R>, CommandError>,
) -> Result<(), CommandError> {
    let mut writer = Writer {
        output,
        table: Table::new(R::COLUMNS),
        begun: false,
        items: 0,
    };
    let meter = Meter::new(notes, format!("listing {}", what.replace('`', "")));
    let mut way = Way::from(arguments.cursor.clone());
    let mut cut = false;
    loop {
        let wanted = match arguments.limit {
            Some(limit) if writer.items >= limit => break,
            Some(limit) => (limit - writer.items).min(LARGEST_PAGE),
            None => LARGEST_PAGE,
        };
        // The first rows are wanted soon, the others with few calls.
        let wanted = if writer.begun {
            wanted
        } else {
            wanted.min(FIRST_PAGE)
        };
        let request = PageRequest {
            cursor: way.cursor(),
            limit: u32::try_from(wanted).ok(),
        };
        let page = match fetch(request).await {
            Ok(page) => page,
            Err(error) => return Err(writer.fail(error)),
        };
        writer.page(&page)?;
        let total = page
            .total
            .map(|total| total.min(arguments.limit.unwrap_or(total)));
        meter.items(writer.items, total);
        cut |= page.cut;
        match page.end {
            PageEnd::Complete => {
                if writer.items == 0 && !cut && !writer.output.is_json() {
                    notes.note(R::EMPTY);
                }
                return writer.complete(cut, notes);
            }
            PageEnd::More(next) if !way.goes_on(&next, page.items.len()) => {
                return Err(writer.fail(CommandError::Loop {
                    tried: format!("list {what}"),
                }));
            }
            PageEnd::More(_) => {}
        }
    }
    writer.stop(way.cursor(), notes)
}

/// How far a list is. The plugin is not trusted to come to its end.
pub(crate) struct Way {
    cursor: Option<String>,
    empty: usize,
}

impl From<Option<String>> for Way {
    fn from(cursor: Option<String>) -> Self {
        Self { cursor, empty: 0 }
    }
}

impl Way {
    /// Where the next page begins.
    pub(crate) fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    /// Go on behind a page of so many items. False where that leads nowhere: back to the same
    /// place, or through nothing but empty pages.
    pub(crate) fn goes_on(&mut self, next: &str, items: usize) -> bool {
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
        let leads_on = self.cursor.as_deref() != Some(next) && self.empty < MOST_EMPTY;
        self.cursor = Some(next.to_owned());
        leads_on
    }
}

struct Writer<'a> {
    output: &'a mut Output,
    table: Table,
    begun: bool,
    items: u64,
}

impl Writer<'_> {
    fn page<R: Row>(&mut self, page: &Page<R>) -> Result<(), CommandError> {
        if self.output.is_json() {
            self.json_page(page)?;
        } else {
            self.output.text(R::page(&page.items, &mut self.table))?;
        }
        self.begun = true;
        self.items += page.items.len() as u64;
        self.output.flush()
    }

    fn json_page<R: Row>(&mut self, page: &Page<R>) -> Result<(), CommandError> {
        if !self.begun {
            self.output.bytes(b"{")?;
            for (key, value) in &page.about {
                self.output.json(key)?;
                self.output.bytes(b":")?;
                self.output.json(value)?;
                self.output.bytes(b",")?;
            }
            self.output.bytes(b"\"items\":[")?;
            self.output.set_in_list(true);
        }
        for (index, item) in page.items.iter().enumerate() {
            let first = self.items == 0 && index == 0;
            self.output
                .bytes(if first { b"\n".as_slice() } else { b",\n" })?;
            self.output.json(item)?;
        }
        Ok(())
    }

    fn complete(self, cut: bool, notes: Notes) -> Result<(), CommandError> {
        self.close(&End {
            complete: !cut,
            cursor: None,
            error: None,
        })?;
        if cut {
            notes.warning("the forge cut the list short: there is more than it says");
        }
        Ok(())
    }

    fn stop(self, cursor: Option<String>, notes: Notes) -> Result<(), CommandError> {
        self.close(&End {
            complete: false,
            cursor: cursor.as_deref(),
            error: None,
        })?;
        if let Some(cursor) = &cursor {
            notes.note(&format!(
                "there is more: it goes on with `--cursor {cursor}`"
            ));
        }
        Ok(())
    }

    /// Close what was begun, so that it is JSON and does not look whole.
    fn fail(self, error: CommandError) -> CommandError {
        if !self.begun || !self.output.is_json() {
            return error;
        }
        let description = error.describe();
        self.output.set_failure_shown();
        match self.close(&End {
            complete: false,
            cursor: None,
            error: Some(&description),
        }) {
            Ok(()) => error,
            Err(unwritable) => unwritable,
        }
    }

    fn close(self, end: &End<'_>) -> Result<(), CommandError> {
        if !self.output.is_json() {
            return Ok(());
        }
        close(self.output, end)
    }
}

/// Close a list in JSON that nobody goes on with, so that it is JSON and does not look whole.
pub(crate) fn break_off(output: &mut Output, error: &Description) -> Result<(), CommandError> {
    close(
        output,
        &End {
            complete: false,
            cursor: None,
            error: Some(error),
        },
    )
}

fn close(output: &mut Output, end: &End<'_>) -> Result<(), CommandError> {
    let end = serde_json::to_string(end).map_err(|error| CommandError::Output(error.into()))?;
    output.bytes(b"\n],")?;
    output.bytes(end.trim_start_matches('{').as_bytes())?;
    output.bytes(b"\n")?;
    output.set_in_list(false);
    output.flush()
}

/// What JSON says behind the items.
#[derive(Serialize)]
struct End<'a> {
    /// Whether the items are all that there are.
    complete: bool,
    /// Where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<&'a str>,
    /// Why it stopped before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Description>,
}

/// A forge may keep back all of a page, and of several; of so many in a row it does not.
const MOST_EMPTY: usize = 100;

const FIRST_PAGE: u64 = 100;

/// The most that the contract allows.
const LARGEST_PAGE: u64 = 1_000;

#[cfg(test)]
mod tests;
