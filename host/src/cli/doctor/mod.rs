//! `doctor`: why a connection does not work, and who can do what about it; apart from `check`, which
//! asks the plugin alone, because most of what goes wrong happens before a plugin is asked.

mod bundle;
mod drawing;
mod exit;
mod nobodys;
mod people;
mod pieces;
mod shape;
mod stand_ins;

use std::path::PathBuf;

use clap::Args;
use code_source_egress::{BaseUrl, MaskPatterns};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use self::drawing::{Drawing, Event, Look};
use self::shape::Shape;
use super::chosen::Chosen;
use super::context::Context;
use super::exit::Exit;
use super::failure::CommandError;
use super::interrupt::{self, Left};
use super::output::Output;
use super::repository::RepositoryArgument;
use super::session::engine;
use crate::config::RepositoryEntry;
use crate::connection::Connection;
use crate::contract::repositories::RepositoryRef;
use crate::doctor::{
    Cause, Diagnosis, Examination, ExpectedRepository, Observer, Problem, Station, StationName,
};

/// Arguments of `doctor`.
#[derive(Args, Debug)]
#[command(after_help = "\
It goes the way of a request, station by station, and says of each what it saw. Nothing is changed \
at the forge. The exit status is 0 where everything works, and else that of the first cause.

Examples:
  code-source doctor
  code-source doctor web/shop
  code-source doctor --url https://git.acme.example --token-file token --json
  code-source doctor --bundle report.json")]
pub(crate) struct Arguments {
    /// Repositories to look at, instead of those that are connected
    #[arg(value_name = "REPOSITORY")]
    repositories: Vec<RepositoryArgument>,

    /// Also write a report to this file that is safe to send: no secret, and stand-ins for names
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,

    /// Leave names of hosts, accounts, repositories and files in that report as they are
    #[arg(long, requires = "bundle")]
    with_names: bool,
}

/// Run `doctor`.
pub(crate) async fn run(arguments: Arguments, context: &mut Context) -> Result<(), CommandError> {
    interrupt::set_left(Left::new(match arguments.bundle {
        Some(_) => {
            "nothing was changed, no report was written, and what was found until then stands above"
        }
        None => "nothing was changed, and what was found until then stands above",
    }));
    if let Some(file) = &arguments.bundle {
        bundle::probe(file)?;
    }
    let is_reported = arguments.bundle.is_some();
    let begun = begin(&arguments, context);
    let mut desk = Desk::new(context, is_reported);
    let (diagnosis, secrets, before) = match begun {
        Ok(begun) => {
            let (diagnosis, secrets) = begun.examine(&mut desk).await?;
            (diagnosis, secrets, Exit::CONFIGURATION)
        }
        Err(error) => {
            let (diagnosis, before) = unexamined(&error, &mut desk)?;
            (diagnosis, None, before)
        }
    };
    let shape = Shape::new(&diagnosis, before);
    let told = desk.finish(&shape);
    drop(desk);
    let exit = shape.exit();
    if let Some(file) = &arguments.bundle {
        let names = (!arguments.with_names).then_some(&diagnosis);
        let secrets = secrets.or_else(|| outline_of(context));
        bundle::write(file, shape, names, secrets.as_ref(), context.notes)?;
    }
    told?;
    match exit.number {
        0 => Ok(()),
        _ => Err(CommandError::Diagnosed(exit)),
    }
}

/// What to look for where no secret may stand, of a connection that could not be examined.
fn outline_of(context: &Context) -> Option<MaskPatterns> {
    let chosen = Chosen::new(&context.options).ok()?;
    let connection = chosen.outline(&context.options);
    Some(connection.secret_patterns(None))
}

/// What all of it comes to for a connection that may not be written yet, in words for people.
pub(crate) async fn verdict(chosen: &Chosen, context: &Context) -> Result<String, CommandError> {
    let options = &context.options;
    let failed = |error| chosen.failed(error);
    let plugin = chosen.plugin(options, &engine(options).map_err(failed)?, context.notes)?;
    let connection = chosen.connection(options).map_err(failed)?;
    let mut examination = Examination::new(&plugin, connection);
    examination.run(&mut ()).await;
    let shape = Shape::new(&examination.into_diagnosis(), Exit::CONFIGURATION);
    Ok(people::verdict(&shape, Look::of(context)))
}

/// Where stations are drawn as they end. Where somebody ends the command, it says what is known.
struct Desk<'a> {
    output: &'a mut Output,
    drawing: Drawing,
    known: Vec<Station>,
    /// Whether what is found goes elsewhere too, so that it matters although nobody reads it here.
    is_reported: bool,
    unwritable: Option<CommandError>,
    is_over: bool,
}

impl<'a> Desk<'a> {
    fn new(context: &'a mut Context, is_reported: bool) -> Self {
        Self {
            drawing: Drawing::new(context),
            output: &mut context.output,
            known: Vec::new(),
            is_reported,
            unwritable: None,
            is_over: false,
        }
    }

    fn take(&mut self, event: Event) -> Result<(), CommandError> {
        if self.unwritable.is_none() {
            let drawn = self.drawing.draw(&event, self.output);
            match drawn {
                Err(error) if self.is_reported => self.unwritable = Some(error),
                drawn => drawn?,
            }
        }
        if let Event::Ended(station) = event {
            self.known.push(station);
        }
        Ok(())
    }

    fn finish(&mut self, shape: &Shape) -> Result<(), CommandError> {
        self.is_over = true;
        match self.unwritable.take() {
            Some(error) => Err(error),
            None => self.tell(shape),
        }
    }

    fn tell(&mut self, shape: &Shape) -> Result<(), CommandError> {
        if self.output.is_json() {
            self.output.json_line(shape)?;
        } else {
            let text = people::verdict(shape, self.drawing.look());
            self.output.text(text)?;
        }
        self.output.flush()
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        // Whatever else ended it is told by who called.
        let Some(signal) = interrupt::sent().filter(|_| !self.is_over) else {
            return;
        };
        let diagnosis = Diagnosis::interrupted(std::mem::take(&mut self.known));
        let mut shape = Shape::new(&diagnosis, Exit::CONFIGURATION);
        shape.end_with(signal.exit());
        // Where it cannot be written there is nobody to tell.
        let _ = self.tell(&shape);
        self.output.set_failure_shown();
    }
}

/// An examination that can begin.
struct Begun {
    examination: Examination,
    chosen: Chosen,
}

/// Everything that comes before the library's part.
fn begin(arguments: &Arguments, context: &Context) -> Result<Begun, CommandError> {
    let options = &context.options;
    let chosen = Chosen::with_token(options)?;
    let engine = engine(options).map_err(|error| chosen.failed(error))?;
    let plugin = chosen.plugin(options, &engine, context.notes)?;
    let connection = chosen
        .connection(options)
        .map_err(|error| chosen.failed(error))?;
    let expected = expected(arguments, &chosen.repositories(), &connection)?;
    let place = match chosen.configured() {
        Some(configured) => format!("`{}`", configured.configuration.file().display()),
        None => "the command line".to_owned(),
    };
    let examination = Examination::new(&plugin, connection)
        .fact("from", place)
        .repositories(expected);
    Ok(Begun {
        examination,
        chosen,
    })
}

/// The repositories that are named, or else those that are connected.
fn expected(
    arguments: &Arguments,
    entries: &[RepositoryEntry],
    connection: &Connection,
) -> Result<Vec<ExpectedRepository>, CommandError> {
    let connected = |entry: &RepositoryEntry| ExpectedRepository {
        reference: RepositoryRef::Id(entry.id.clone()),
        path: Some(entry.path.clone()),
        branch: entry.branch.clone(),
    };
    if arguments.repositories.is_empty() {
        return Ok(entries.iter().map(connected).collect());
    }
    // An address that is none is told where it is opened.
    let base =
        BaseUrl::parse(&connection.url).map_or_else(|_| String::new(), |url| url.to_string());
    let named = arguments.repositories.iter().map(|argument| {
        let reference = argument.reference(&base)?;
        let entry = entries.iter().find(|entry| match &reference {
            RepositoryRef::Id(id) => entry.id == *id,
            RepositoryRef::Path(path) => entry.path.to_lowercase() == path.to_lowercase(),
        });
        Ok(entry.map_or(
            ExpectedRepository {
                reference,
                path: None,
                branch: None,
            },
            connected,
        ))
    });
    named.collect()
}

impl Begun {
    /// Examine, and draw what comes; with what to look for where no secret may stand.
    async fn examine(
        mut self,
        desk: &mut Desk<'_>,
    ) -> Result<(Diagnosis, Option<MaskPatterns>), CommandError> {
        let (sender, mut events) = unbounded_channel();
        let mut relay = Relay(sender);
        {
            let running = self.examination.run(&mut relay);
            tokio::pin!(running);
            loop {
                tokio::select! {
                    biased;
                    Some(event) = events.recv() => desk.take(self.chosen.located(event))?,
                    () = &mut running => break,
                }
            }
        }
        while let Ok(event) = events.try_recv() {
            desk.take(self.chosen.located(event))?;
        }
        let secrets = desk.is_reported.then(|| self.examination.secret_patterns());
        let mut diagnosis = self.examination.into_diagnosis();
        let stations = diagnosis.stations.iter_mut();
        for problem in stations.flat_map(|station| &mut station.problems) {
            self.chosen.locate(problem);
        }
        Ok((diagnosis, secrets))
    }
}

impl Chosen {
    fn located(&self, mut event: Event) -> Event {
        if let Event::Ended(station) = &mut event {
            for problem in &mut station.problems {
                self.locate(problem);
            }
        }
        event
    }

    /// Say in which line of the configuration file a problem is, where it is in one.
    fn locate(&self, problem: &mut Problem) {
        if let Cause::Host(error) = &problem.cause
            && let Some(crate::config::ConfigurationError::Malformed { file, line, .. }) =
                self.place_of(error)
        {
            let file = file.display();
            problem.message = format!("{} (line {line} of `{file}`)", problem.message);
        }
    }
}

/// What kept an examination from beginning, as the failure of its first station.
fn unexamined(
    error: &CommandError,
    desk: &mut Desk<'_>,
) -> Result<(Diagnosis, Exit), CommandError> {
    let description = error.describe();
    // What stands below a first line, such as a line of a file with a mark, has no place in a list.
    let told = std::iter::once(&description.message).chain(&description.causes);
    let told = told.map(|text| text.lines().next().unwrap_or_default());
    let message = told.collect::<Vec<_>>().join(": ");
    let hint = description.hint.clone();
    let hint = hint.unwrap_or_else(|| "mend it, and ask again".to_owned());
    let problem = Problem::before_the_examination(description.code, message, hint);
    let diagnosis = Diagnosis::unexamined(problem);
    for station in &diagnosis.stations {
        desk.take(Event::Ended(station.clone()))?;
    }
    Ok((diagnosis, Exit::of_number(description.exit_status)))
}

/// Passes on what happens while the examination runs.
struct Relay(UnboundedSender<Event>);

impl Observer for Relay {
    fn begins(&mut self, station: StationName) {
        // Whoever reads it lives longer.
        let _ = self.0.send(Event::Begins(station));
    }

    fn ended(&mut self, station: &Station) {
        let _ = self.0.send(Event::Ended(station.clone()));
    }
}
