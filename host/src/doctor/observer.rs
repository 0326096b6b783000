//! Who looks on while stations are visited: apart because the same visits are drawn on a terminal,
//! written down, or kept for what is known when somebody interrupts them.

use super::station::{Station, StationName, Visit};
use super::verdict::{Diagnosis, Name};

/// Looks on while stations are visited.
pub trait Observer: Send {
    /// A station is being looked at.
    fn begins(&mut self, station: StationName) {
        let _ = station;
    }

    /// A station is over, or never began.
    fn ended(&mut self, station: &Station) {
        let _ = station;
    }
}

/// Nobody looks on.
impl Observer for () {}

/// What was visited so far, and who looks on.
pub(super) struct Way<'a> {
    pub(super) diagnosis: &'a mut Diagnosis,
    pub(super) observer: &'a mut dyn Observer,
}

impl Way<'_> {
    pub(super) fn begin(&mut self, name: StationName) -> Visit {
        self.observer.begins(name);
        Visit::begin(name)
    }

    pub(super) fn end(&mut self, station: Station) {
        self.observer.ended(&station);
        self.diagnosis.stations.push(station);
    }

    /// The stations that cannot be reached any more.
    pub(super) fn unreached(&mut self, names: impl IntoIterator<Item = StationName>) {
        for name in names {
            self.end(Station::not_reached(name));
        }
    }

    /// A text that is somebody's name.
    pub(super) fn name(&mut self, kind: &'static str, text: String) {
        let name = Name { kind, text };
        if !name.text.is_empty() && !self.diagnosis.names.contains(&name) {
            self.diagnosis.names.push(name);
        }
    }
}
