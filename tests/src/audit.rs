//! The audit of a test, kept in memory.

use std::io;
use std::sync::{Mutex, PoisonError};

use code_source::AuditSink;
use serde_json::Value;

/// Audit lines, kept in order.
#[derive(Debug, Default)]
pub struct AuditLines {
    lines: Mutex<Vec<String>>,
}

impl AuditLines {
    /// All lines so far, as they were written.
    pub fn text(&self) -> String {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }

    /// All lines so far with this `event`, parsed.
    pub fn events(&self, event: &str) -> Vec<Value> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).expect("an audit line is JSON"))
            .filter(|line| line["event"] == event)
            .collect()
    }
}

impl AuditSink for AuditLines {
    fn write(&self, line: &str) -> io::Result<()> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.to_owned());
        Ok(())
    }
}
