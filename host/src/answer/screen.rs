//! Taking out of an answer what nobody may see: apart because it is not to be skipped, by whatever
//! size, compression or chunking.

use std::sync::Arc;

use bytes::Bytes;
use code_source_egress::{ContainsCredential, ContentScan, FieldBlanker, MaskStream, SecretFields};

use crate::credential::{Credential, Patterns};

/// What an answer's body passes before anybody reads it.
pub(crate) struct Screen {
    credential: Arc<Credential>,
    way: Way,
}

enum Way {
    /// Content is passed on as it is, or not at all.
    Content(ContentScan),
    /// Everything else is passed on with what is secret in it covered.
    Text {
        stream: MaskStream,
        fields: FieldBlanker,
    },
}

/// What passed, and how often something in it was covered.
pub(crate) struct Screened {
    pub(crate) bytes: Bytes,
    pub(crate) hits: usize,
}

impl Screen {
    /// For the content of a file or an archive.
    pub(crate) fn content(credential: Arc<Credential>) -> Self {
        Self {
            credential,
            way: Way::Content(ContentScan::default()),
        }
    }

    /// For everything that is no content: the fields of that name are blanked.
    pub(crate) fn text(credential: Arc<Credential>, secret_fields: SecretFields) -> Self {
        Self {
            credential,
            way: Way::Text {
                stream: MaskStream::default(),
                fields: FieldBlanker::new(secret_fields),
            },
        }
    }

    /// What may pass of what came; some of it may be held back until more has come.
    pub(crate) fn push(&mut self, bytes: Bytes) -> Result<Screened, ContainsCredential> {
        // Asked for each time: what is exchanged meanwhile is looked for at once.
        let Patterns { text, .. } = self.credential.patterns();
        match &mut self.way {
            Way::Content(scan) => scan.push(&text, bytes).map(Screened::untouched),
            // Fields first: a mask could end where an escape began, and change how the rest reads.
            Way::Text { stream, fields } => {
                let blanked = fields.push(bytes);
                let masked = stream.push(&text, blanked.bytes);
                Ok(Screened {
                    bytes: masked.bytes,
                    hits: blanked.hits + masked.hits,
                })
            }
        }
    }

    /// What was held back, once nothing more comes.
    pub(crate) fn finish(&mut self) -> Result<Screened, ContainsCredential> {
        let Patterns { text, .. } = self.credential.patterns();
        match &mut self.way {
            Way::Content(scan) => scan.finish(&text).map(Screened::untouched),
            Way::Text { stream, .. } => {
                let masked = stream.finish(&text);
                Ok(Screened {
                    bytes: masked.bytes,
                    hits: masked.hits,
                })
            }
        }
    }
}

impl Screened {
    fn untouched(bytes: Bytes) -> Self {
        Self { bytes, hits: 0 }
    }
}
