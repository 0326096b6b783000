//! Streams that are handed on as content, rightly and wrongly: apart because the host has to tell
//! the two from each other.

use wasi::io::streams::InputStream;

use crate::instruction::{Handing, Request};
use crate::wire::{self, Incoming};

/// The stream that is described, and what the plugin says of its size.
pub(crate) fn hand_on(handing: &Handing) -> Result<(InputStream, u64), String> {
    match handing {
        Handing::Stdin => Ok((wasi::cli::stdin::get_stdin(), 0)),
        Handing::Untouched { target, size } => {
            let incoming = open(target)?;
            let size = size.unwrap_or_else(|| length(&incoming));
            Ok((leak(incoming), size))
        }
        Handing::HalfRead { target } => {
            let incoming = open(target)?;
            incoming
                .stream
                .blocking_read(1)
                .map_err(|error| error.to_string())?;
            Ok((leak(incoming), 0))
        }
        Handing::WithPollable { target } => {
            let incoming = open(target)?;
            std::mem::forget(incoming.stream.subscribe());
            Ok((leak(incoming), 0))
        }
        Handing::WithAnother { target, other } => {
            std::mem::forget(leak(open(other)?));
            let incoming = open(target)?;
            let size = length(&incoming);
            Ok((leak(incoming), size))
        }
        Handing::UnderWay { target, other } => {
            std::mem::forget(wire::send(&Request::get(other)));
            let incoming = open(target)?;
            let size = length(&incoming);
            Ok((leak(incoming), size))
        }
    }
}

pub(crate) fn open(target: &str) -> Result<Incoming, String> {
    wire::open(wire::send(&Request::get(target))).map_err(|answer| answer.label())
}

/// A body that is dropped before its stream would be the plugin's fault.
fn leak(incoming: Incoming) -> InputStream {
    std::mem::forget(incoming.body);
    incoming.stream
}

fn length(incoming: &Incoming) -> u64 {
    let values = incoming.response.headers().get("content-length");
    let value = values
        .first()
        .and_then(|value| std::str::from_utf8(value).ok());
    value.and_then(|text| text.parse().ok()).unwrap_or(0)
}
