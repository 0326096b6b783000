//! What GitLab is sent to make a commit; apart because every byte of it has to arrive as it is.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::bindings::changes::{CommitRequest, FileAction};

/// The body that asks for a commit. `last_commit` tells the commit that changed a path last, for the
/// files that must not have changed since.
pub(super) fn commit<'a>(
    request: &CommitRequest,
    last_commit: impl Fn(&str) -> Option<&'a str>,
) -> Value {
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| body.insert(key.to_owned(), value);
    put("branch", json!(request.branch));
    put("commit_message", json!(request.message));
    if let Some(start) = &request.start {
        put("start_sha", json!(start));
    }
    if let Some(author) = &request.author {
        put("author_name", json!(author.name));
        put("author_email", json!(author.email));
    }
    put("stats", json!(false));
    let actions = request.actions.iter();
    let actions = actions.flat_map(|action| in_gitlabs_words(action, &last_commit));
    put("actions", actions.collect());
    Value::Object(body)
}

/// GitLab documents `execute_filemode` for `chmod` alone, so a new file gets its bit by a second
/// action of the same commit.
fn in_gitlabs_words<'a>(
    action: &FileAction,
    last_commit: impl Fn(&str) -> Option<&'a str>,
) -> Vec<Value> {
    match action {
        FileAction::Create(file) => {
            let create = with_content("create", &file.path, &file.bytes);
            match file.executable {
                true => vec![create, chmod(&file.path, true)],
                false => vec![create],
            }
        }
        FileAction::Update(file) => {
            let update = with_content("update", &file.path, &file.bytes);
            vec![since(update, last_commit(&file.path))]
        }
        FileAction::Delete(file) => {
            let delete = json!({ "action": "delete", "file_path": file.path });
            vec![since(delete, last_commit(&file.path))]
        }
        FileAction::Move(file) => {
            let (old, new) = (&file.old_path, &file.new_path);
            let rename = json!({ "action": "move", "previous_path": old, "file_path": new });
            vec![since(rename, last_commit(old))]
        }
        FileAction::SetMode(file) => {
            let chmod = chmod(&file.path, file.executable);
            vec![since(chmod, last_commit(&file.path))]
        }
    }
}

fn with_content(action: &str, path: &str, bytes: &[u8]) -> Value {
    let (encoding, content) = match plain_text(bytes) {
        Some(text) => ("text", text.to_owned()),
        None => ("base64", STANDARD.encode(bytes)),
    };
    json!({ "action": action, "file_path": path, "encoding": encoding, "content": content })
}

fn chmod(path: &str, executable: bool) -> Value {
    json!({ "action": "chmod", "file_path": path, "execute_filemode": executable })
}

/// GitLab refuses the action where another commit changed the file last.
fn since(mut action: Value, last_commit: Option<&str>) -> Value {
    if let (Value::Object(fields), Some(commit)) = (&mut action, last_commit) {
        fields.insert("last_commit_id".to_owned(), json!(commit));
    }
    action
}

/// The bytes as text, where JSON keeps them small and nothing on the way may change them: git's
/// settings may touch line ends of text, but not of base64.
fn plain_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = |c: char| matches!(c, '\n' | '\t') || (!c.is_control() && c != '\u{FEFF}');
    let escaped = bytes
        .iter()
        .filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\t'))
        .count();
    (text.chars().all(is_plain) && escaped <= bytes.len() / 3).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::changes::{ChangedFile, FileMode, MovedFile, NewFile, RemovedFile};

    fn sent(actions: Vec<FileAction>) -> Value {
        let request = CommitRequest {
            branch: "main".to_owned(),
            start: None,
            expected_head: None,
            message: "m".to_owned(),
            author: None,
            actions,
        };
        let last = |path: &str| (path == "known").then_some("abc");
        commit(&request, last)["actions"].take()
    }

    fn update(bytes: &[u8]) -> Value {
        let file = ChangedFile {
            path: "known".to_owned(),
            bytes: bytes.to_vec(),
            expected_blob: None,
        };
        sent(vec![FileAction::Update(file)])[0].take()
    }

    #[test]
    fn every_byte_arrives_as_it_is() {
        let samples: [&[u8]; 9] = [
            b"",
            b"plain\n\ttext",
            "ä 漢".as_bytes(),
            b"a\r\nb",
            b"a\0b",
            b"\xff\xfe",
            "\u{FEFF}x".as_bytes(),
            b"\x1b[0m",
            b"\"\"\"\"\n\n\n\n",
        ];
        for bytes in samples {
            let action = update(bytes);
            let content = action["content"].as_str().expect("is sent");
            let arrived = match action["encoding"].as_str() {
                Some("text") => content.as_bytes().to_vec(),
                _ => STANDARD.decode(content).expect("is base64"),
            };
            assert_eq!(arrived, bytes);
        }
        assert_eq!(update(b"a\r\nb")["encoding"], "base64");
        assert_eq!(update(b"a\nbcdefg")["encoding"], "text");
    }

    #[test]
    fn what_json_would_make_longer_than_base64_is_not_sent_as_text() {
        let bytes = "\"".repeat(3_000);
        assert!(update(bytes.as_bytes()).to_string().len() < 4_200);
    }

    #[test]
    fn a_new_executable_gets_its_bit_by_an_action_of_its_own() {
        let file = |executable| NewFile {
            path: "run".to_owned(),
            bytes: b"x".to_vec(),
            executable,
        };
        let actions = sent(vec![FileAction::Create(file(true))]);
        assert_eq!(actions[0]["action"], "create");
        assert_eq!(
            actions[1],
            json!({ "action": "chmod", "file_path": "run", "execute_filemode": true })
        );
        let actions = sent(vec![FileAction::Create(file(false))]);
        assert_eq!(actions.as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn a_file_that_was_looked_at_names_its_last_commit() {
        let actions = sent(vec![
            FileAction::Delete(RemovedFile {
                path: "known".to_owned(),
                expected_blob: None,
            }),
            FileAction::Move(MovedFile {
                old_path: "known".to_owned(),
                new_path: "new".to_owned(),
                expected_blob: None,
            }),
            FileAction::SetMode(FileMode {
                path: "other".to_owned(),
                executable: false,
            }),
        ]);
        assert_eq!(actions[0]["last_commit_id"], "abc");
        assert_eq!(
            actions[1],
            json!({
                "action": "move", "previous_path": "known", "file_path": "new", "last_commit_id": "abc"
            })
        );
        assert_eq!(
            actions[2],
            json!({ "action": "chmod", "file_path": "other", "execute_filemode": false })
        );
    }
}
