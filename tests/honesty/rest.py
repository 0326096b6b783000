"""Drives the stand-in with python-gitlab, the client that most Python programs use for GitLab.

Every endpoint that the component uses is asked for through the library's own managers, and what they
read of the answers is read. A line `python-gitlab METHOD template` tells each endpoint that worked;
anything that does not work ends the run with the library's own error.
"""

import base64
import http.server
import json
import os
import queue
import sys
import threading
import time

import gitlab
from standardwebhooks.webhooks import Webhook

URL, TOKEN, CA, VERSION = sys.argv[1:5]
MAJOR_MINOR = tuple(int(part) for part in VERSION.split("-")[0].split(".")[:2])
SIGNING = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def ok(endpoint):
    print(f"python-gitlab {endpoint}", flush=True)


def need(thing, *fields):
    """The fields that the library's users read."""
    known = thing.attributes if hasattr(thing, "attributes") else thing
    missing = [field for field in fields if field not in known]
    assert not missing, f"{type(thing).__name__} lacks {missing}: {sorted(known)}"


def refused(status, work):
    """The library has to understand a refusal as one of that status."""
    try:
        work()
    except gitlab.exceptions.GitlabError as error:
        assert error.response_code == status, f"{error.response_code} instead of {status}: {error}"
        assert error.error_message, "a refusal without words"
        return
    raise AssertionError(f"nothing was refused with {status}")


def instance(gl):
    version, revision = gl.version()
    assert version == VERSION and revision, (version, revision)
    ok("GET /version")
    gl.auth()
    need(gl.user, "id", "username", "name", "state", "is_admin", "web_url", "email")
    ok("GET /user")
    token = gl.personal_access_tokens.get("self")
    need(token, "id", "name", "scopes", "active", "revoked", "expires_at", "user_id", "created_at")
    ok("GET /personal_access_tokens/self")


def projects(gl):
    every = gl.projects.list(iterator=True, per_page=2, order_by="id", sort="asc", pagination="keyset")
    ids = [project.id for project in every]
    assert len(ids) >= 3 and ids == sorted(set(ids)), ids
    counted = gl.projects.list(iterator=True, per_page=2)
    assert counted.total == len(list(counted)) and counted.total_pages >= 2
    ok("GET /projects")
    group = gl.groups.get("web", lazy=True)
    assert {p.path_with_namespace for p in group.projects.list(get_all=True)} >= {"web/shop", "web/docs"}
    ok("GET /groups/{group}/projects")
    user = gl.users.get(gl.user.id, lazy=True)
    user.projects.list(get_all=True)
    ok("GET /users/{user}/projects")
    project = gl.projects.get("web/shop")
    need(project, "id", "path_with_namespace", "default_branch", "archived", "empty_repo", "visibility",
         "permissions", "topics", "last_activity_at", "http_url_to_repo", "namespace", "_links")
    ok("GET /projects/{project}")
    refused(404, lambda: gl.projects.get("web/none"))
    return gl.projects.get(project.id)


def reading(project):
    branches = project.branches.list(get_all=True)
    need(branches[0], "name", "commit", "protected", "default", "merged", "can_push", "web_url")
    ok("GET /projects/{project}/repository/branches")
    main = project.branches.get("main")
    project.branches.get("feature/checkout")
    ok("GET /projects/{project}/repository/branches/{branch}")
    need(project.tags.list(get_all=True)[0], "name", "message", "target", "commit", "protected")
    ok("GET /projects/{project}/repository/tags")
    project.tags.get("v1.0.0")
    ok("GET /projects/{project}/repository/tags/{tag}")
    head = main.commit["id"]
    commits = project.commits.list(ref_name="main", get_all=True)
    need(commits[0], "id", "short_id", "title", "message", "parent_ids", "author_name", "author_email",
         "authored_date", "committer_name", "committer_email", "committed_date", "created_at", "web_url")
    ok("GET /projects/{project}/repository/commits")
    need(project.commits.get(head), "stats", "status", "last_pipeline", "project_id")
    ok("GET /projects/{project}/repository/commits/{commit}")
    tree = project.repository_tree(ref=head, recursive=True, get_all=True, pagination="keyset", per_page=2)
    assert {"src/main.rs", "latest"} <= {entry["path"] for entry in tree}
    ok("GET /projects/{project}/repository/tree")
    file = project.files.get("README.md", ref=head)
    assert file.decode() == b"# Shop\n"
    ok("GET /projects/{project}/repository/files/{path}")
    assert project.files.head("README.md", ref=head)["X-Gitlab-Size"] == "7"
    ok("HEAD /projects/{project}/repository/files/{path}")
    assert project.files.raw("docs/ä b+c#1.md", ref=head) == b"# Odd names\n"
    assert len(project.files.raw("media/photo.png", ref=head, lfs=True)) == 100_000
    ok("GET /projects/{project}/repository/files/{path}/raw")
    blame = project.files.blame("src/main.rs", ref=head)
    need(blame[0]["commit"], "id", "message", "parent_ids", "author_name", "author_email", "authored_date",
         "committer_name", "committer_email", "committed_date")
    assert sum(len(part["lines"]) for part in blame) == 3
    ok("GET /projects/{project}/repository/files/{path}/blame")
    assert project.repository_raw_blob(file.blob_id) == b"# Shop\n"
    ok("GET /projects/{project}/repository/blobs/{blob}/raw")
    for kind in ("tar.gz", "tar", "zip"):
        assert project.repository_archive(sha=head, format=kind)
        ok(f"GET /projects/{{project}}/repository/archive.{kind}")
    compared = project.repository_compare(commits[-1].id, head)
    need(compared, "commit", "commits", "diffs", "compare_timeout", "compare_same_ref", "web_url")
    need(compared["diffs"][0], "old_path", "new_path", "a_mode", "b_mode", "new_file", "renamed_file",
         "deleted_file", "diff")
    ok("GET /projects/{project}/repository/compare")
    assert project.repository_merge_base([commits[-1].id, head])["id"] == commits[-1].id
    ok("GET /projects/{project}/repository/merge_base")
    hits = project.search("blobs", "hello", get_all=True)
    need(hits[0], "basename", "data", "path", "filename", "id", "ref", "startline", "project_id")
    ok("GET /projects/{project}/search")
    return head


def writing(project, head):
    branch = project.branches.create({"branch": "topic/one", "ref": head})
    assert branch.commit["id"] == head
    refused(400, lambda: project.branches.create({"branch": "topic/one", "ref": head}))
    ok("POST /projects/{project}/repository/branches")
    project.branches.create({"branch": "topic/two", "ref": head}).delete()
    refused(404, lambda: project.branches.get("topic/two"))
    ok("DELETE /projects/{project}/repository/branches/{branch}")
    tag = project.tags.create({"tag_name": "v2.0.0", "ref": head, "message": "Second"})
    assert tag.message == "Second" and tag.commit["id"] == head
    ok("POST /projects/{project}/repository/tags")
    made = project.commits.create({
        "branch": "topic/one",
        "commit_message": "Change several things",
        "actions": [
            {"action": "create", "file_path": "new.bin", "content": base64.b64encode(bytes(range(256))).decode(),
             "encoding": "base64"},
            {"action": "update", "file_path": "README.md", "content": "# Store\n"},
            {"action": "move", "file_path": "src/shop.rs", "previous_path": "src/lib.rs"},
            {"action": "chmod", "file_path": "bin/run", "execute_filemode": False},
            {"action": "delete", "file_path": "latest"},
        ],
    })
    need(made, "id", "parent_ids", "stats", "message", "author_email", "web_url")
    assert made.parent_ids == [head]
    assert project.files.raw("new.bin", ref="topic/one") == bytes(range(256))
    refused(400, lambda: project.commits.create({
        "branch": "topic/one", "commit_message": "x",
        "actions": [{"action": "create", "file_path": "new.bin", "content": ""}]}))
    ok("POST /projects/{project}/repository/commits")
    commit = project.commits.get(made.id)
    status = commit.statuses.create({"state": "running", "name": "check", "description": "under way"})
    need(status, "id", "sha", "ref", "status", "name", "target_url", "description", "created_at", "allow_failure",
         "author")
    commit.statuses.create({"state": "success", "name": "check"})
    ok("POST /projects/{project}/statuses/{commit}")
    assert [s.status for s in commit.statuses.list(get_all=True)] == ["success"]
    ok("GET /projects/{project}/repository/commits/{commit}/statuses")
    return made


def wait_until(what, look, seconds=20):
    """GitLab prepares some things after it has answered."""
    for _ in range(seconds * 10):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come")


def merge_requests(project, made):
    wanted = {"source_branch": "topic/one", "target_branch": "main", "title": "Draft: Change things",
              "description": "Why not?", "labels": ["a", "b"], "remove_source_branch": True}
    mr = project.mergerequests.create(wanted)
    refused(409, lambda: project.mergerequests.create(wanted))
    ok("POST /projects/{project}/merge_requests")
    listed = project.mergerequests.list(state="opened", source_branch="topic/one", get_all=True)
    assert [one.iid for one in listed] == [mr.iid]
    ok("GET /projects/{project}/merge_requests")
    mr = wait_until("the difference", lambda: (lambda m: m if m.diff_refs else None)(project.mergerequests.get(mr.iid)))
    need(mr, "id", "iid", "title", "description", "state", "draft", "work_in_progress", "author", "source_branch",
         "target_branch", "source_project_id", "target_project_id", "sha", "merge_commit_sha", "squash_commit_sha",
         "detailed_merge_status", "merge_status", "changes_count", "diff_refs", "labels", "references", "web_url",
         "created_at", "updated_at", "merged_at", "closed_at", "has_conflicts", "user", "squash", "prepared_at")
    assert mr.sha == made.id and mr.draft
    ok("GET /projects/{project}/merge_requests/{merge_request}")
    mr.title = "Change things"
    mr.labels = ["a"]
    mr.save()
    mr.state_event = "close"
    mr.save()
    assert project.mergerequests.get(mr.iid).state == "closed"
    mr.state_event = "reopen"
    mr.save()
    ok("PUT /projects/{project}/merge_requests/{merge_request}")
    mr = project.mergerequests.get(mr.iid)
    diffs = project.manager.gitlab.http_list(f"/projects/{project.id}/merge_requests/{mr.iid}/diffs", get_all=True)
    assert {d["new_path"] for d in diffs} >= {"new.bin", "README.md", "src/shop.rs"}
    need(diffs[0], "old_path", "new_path", "a_mode", "b_mode", "diff", "new_file", "renamed_file", "deleted_file")
    ok("GET /projects/{project}/merge_requests/{merge_request}/diffs")
    versions = mr.diffs.list(get_all=True)
    need(versions[0], "id", "head_commit_sha", "base_commit_sha", "start_commit_sha", "created_at", "state")
    ok("GET /projects/{project}/merge_requests/{merge_request}/versions")
    assert [commit.id for commit in mr.commits()] == [made.id]
    ok("GET /projects/{project}/merge_requests/{merge_request}/commits")
    comments(mr)
    refused(409, lambda: mr.merge(sha="0" * 40))
    merged = mr.merge(sha=mr.sha, should_remove_source_branch=True)
    assert merged["state"] == "merged" and merged["merge_commit_sha"], merged
    assert project.files.raw("README.md", ref="main") == b"# Store\n"
    refused(404, lambda: project.branches.get("topic/one"))
    ok("PUT /projects/{project}/merge_requests/{merge_request}/merge")


def comments(mr):
    note = mr.notes.create({"body": "Well done"})
    need(note, "id", "body", "author", "system", "resolvable", "created_at", "updated_at", "noteable_iid")
    ok("POST /projects/{project}/merge_requests/{merge_request}/notes")
    assert note.id in [one.id for one in mr.notes.list(get_all=True)]
    ok("GET /projects/{project}/merge_requests/{merge_request}/notes")
    assert mr.notes.get(note.id).body == "Well done"
    ok("GET /projects/{project}/merge_requests/{merge_request}/notes/{note}")
    note.body = "Very well done"
    note.save()
    ok("PUT /projects/{project}/merge_requests/{merge_request}/notes/{note}")
    position = {"position_type": "text", "old_path": "README.md", "new_path": "README.md", "new_line": 1, **mr.diff_refs}
    thread = mr.discussions.create({"body": "Why?", "position": position})
    first = thread.attributes["notes"][0]
    need(first, "position", "resolvable", "resolved", "type")
    assert first["type"] == "DiffNote" and first["position"]["new_line"] == 1
    wrong = {**position, "new_line": 4711}
    refused(400, lambda: mr.discussions.create({"body": "Where?", "position": wrong}))
    ok("POST /projects/{project}/merge_requests/{merge_request}/discussions")
    listed = mr.discussions.list(get_all=True)
    assert thread.id in [one.id for one in listed]
    need(listed[0], "id", "individual_note", "notes")
    ok("GET /projects/{project}/merge_requests/{merge_request}/discussions")
    thread.notes.create({"body": "Because."})
    ok("POST /projects/{project}/merge_requests/{merge_request}/discussions/{discussion}/notes")
    thread.resolved = True
    thread.save()
    ok("PUT /projects/{project}/merge_requests/{merge_request}/discussions/{discussion}")
    again = mr.discussions.get(thread.id)
    assert [n["body"] for n in again.attributes["notes"]] == ["Why?", "Because."]
    assert again.attributes["notes"][0]["resolved"]
    ok("GET /projects/{project}/merge_requests/{merge_request}/discussions/{discussion}")


class Receiver(http.server.BaseHTTPRequestHandler):
    deliveries = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.deliveries.put((self.headers, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def hooks(project):
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    hook = project.hooks.create({"url": url, "token": "shared", "signing_token": SIGNING, "push_events": True,
                                 "tag_push_events": True, "merge_requests_events": True, "note_events": True,
                                 "enable_ssl_verification": True})
    need(hook, "id", "url", "project_id", "push_events", "tag_push_events", "merge_requests_events", "note_events",
         "enable_ssl_verification", "alert_status", "disabled_until", "created_at")
    assert "token" not in hook.attributes
    ok("POST /projects/{project}/hooks")
    assert [one.url for one in project.hooks.list(get_all=True)] == [url]
    ok("GET /projects/{project}/hooks")
    assert project.hooks.get(hook.id).url == url
    ok("GET /projects/{project}/hooks/{hook}")
    hook.push_events = True
    hook.token = "shared"
    hook.save()
    ok("PUT /projects/{project}/hooks/{hook}")
    if MAJOR_MINOR >= (16, 11):
        hook.test("push_events")
        delivered(Receiver.deliveries.get(timeout=20), "Push Hook", "push")
        ok("POST /projects/{project}/hooks/{hook}/test/{trigger}")
    else:
        refused(404, lambda: hook.test("push_events"))
    project.branches.create({"branch": "told", "ref": "main"})
    delivered(Receiver.deliveries.get(timeout=20), "Push Hook", "push")
    project.tags.create({"tag_name": "told", "ref": "main"})
    delivered(Receiver.deliveries.get(timeout=20), "Tag Push Hook", "tag_push")
    hook.delete()
    assert not project.hooks.list(get_all=True)
    ok("DELETE /projects/{project}/hooks/{hook}")
    server.shutdown()


def delivered(delivery, event, kind):
    headers, body = delivery
    assert headers["X-Gitlab-Event"] == event and headers["X-Gitlab-Token"] == "shared", dict(headers)
    assert headers["User-Agent"].startswith("GitLab/") and headers["X-Gitlab-Event-UUID"]
    payload = json.loads(body)
    assert payload["object_kind"] == kind
    need(payload, "before", "after", "ref", "checkout_sha", "user_username", "project_id", "project", "commits",
         "total_commits_count", "repository")
    if MAJOR_MINOR >= (19, 0):
        Webhook(SIGNING).verify(body, {name.lower(): value for name, value in headers.items()})


def main():
    gl = gitlab.Gitlab(URL, private_token=TOKEN, ssl_verify=CA or True)
    instance(gl)
    project = projects(gl)
    head = reading(project)
    made = writing(project, head)
    merge_requests(project, made)
    hooks(project)


os.environ.setdefault("NO_PROXY", "*")
main()
