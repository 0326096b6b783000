// Drives the stand-in with @gitbeaker/rest, the client that most JavaScript programs use for GitLab, and holds every
// answer against the TypeScript declarations that the client publishes: a field that they declare, and that is missing
// or of another type, is a fault of the stand-in. A line `gitbeaker METHOD template` tells each endpoint that worked.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [url, token, version] = process.argv.slice(2);
const require = createRequire(path.join(process.cwd(), 'package.json'));
const { Gitlab } = await import(pathToFileURL(require.resolve('@gitbeaker/rest')));
const ts = require('typescript');

// What the declarations say and GitLab does not do: each with what GitLab does.
const EXCEPTIONS = new Map([
  ['ExpandedUserSchema.created_by', 'told to administrators who look at others'],
  ['ExpandedUserSchema.followers', 'told where accounts may be followed'],
  ['ExpandedUserSchema.following', 'told where accounts may be followed'],
  ['ExpandedUserSchema.is_followed', 'told of other accounts'],
  ['ExpandedUserSchema.private_profile', 'a boolean; declared as null'],
  ['ExpandedUserSchema.skype', 'gone in newer versions'],
  ['PersonalAccessTokenSchema.token', 'told once, when it is made'],
  ['ProjectHookSchema.projectId', 'written project_id'],
  ['ProjectSchema.ci_pipeline_variables_minimum_override_role', 'a role; declared as a boolean'],
  ['ProjectSchema.license', 'only where it is asked for'],
  ['ProjectSchema.license_url', 'only where it is asked for'],
  ['ProjectSchema.mirror_overwrites_diverged_branches', 'only of mirrors'],
  ['ProjectSchema.mirror_trigger_builds', 'only of mirrors'],
  ['ProjectSchema.mirror_user_id', 'only of mirrors'],
  ['ProjectSchema.only_mirror_protected_branches', 'only of mirrors'],
  ['ProjectSchema.owner', 'only in the namespace of an account'],
  ['ProjectSchema.printing_merge_requests_link_enabled', 'written printing_merge_request_link_enabled'],
  ['RepositoryFileBlameSchema.commit.created_at', 'not among the fields of a blamed commit'],
  ['RepositoryFileBlameSchema.commit.short_id', 'not among the fields of a blamed commit'],
  ['RepositoryFileBlameSchema.commit.title', 'not among the fields of a blamed commit'],
  ['RepositoryFileBlameSchema.commit.web_url', 'not among the fields of a blamed commit'],
]);

const declarations = require.resolve('@gitbeaker/core').replace(/index\.(js|mjs|cjs)$/, 'index.d.ts');
const program = ts.createProgram([declarations], { strict: true, noLib: false, skipLibCheck: true });
const checker = program.getTypeChecker();
const schemas = new Map();
for (const statement of program.getSourceFile(declarations).statements) {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    schemas.set(statement.name.text, checker.getTypeAtLocation(statement.name));
  }
}

const faults = [];
process.on('exit', () => {
  for (const fault of new Set(faults)) console.error(`gitbeaker ${version}: ${fault}`);
});

/** What keeps a value from being of a declared type. */
function misfits(value, type, place, depth = 0) {
  const where = place.replace(/\[\d+\]/g, '');
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown) || depth > 4 || EXCEPTIONS.has(where)) return [];
  // The declarations forget many a `null` that GitLab's own documentation has.
  if (value === null) return [];
  if (type.isUnion()) {
    const all = type.types.map((one) => misfits(value, one, place, depth));
    return all.reduce((best, one) => (one.length < best.length ? one : best));
  }
  const got = Array.isArray(value) ? 'array' : typeof value;
  const wrong = (wanted) => [`${where} is ${got === 'string' ? JSON.stringify(value) : got}, declared as ${wanted}`];
  const flags = type.flags;
  if (flags & ts.TypeFlags.Null) return wrong('null');
  if (flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return value === undefined ? [] : wrong('nothing');
  // A list of words that grows with each version is not held against a client's copy of it.
  if (flags & ts.TypeFlags.StringLike) return got === 'string' ? [] : wrong('text');
  if (flags & ts.TypeFlags.NumberLike) return got === 'number' ? [] : wrong('a number');
  if (flags & ts.TypeFlags.BooleanLike) return got === 'boolean' ? [] : wrong('a boolean');
  if (checker.isArrayType(type)) {
    if (got !== 'array') return wrong('a list');
    const [element] = checker.getTypeArguments(type);
    return value.flatMap((one, index) => misfits(one, element, `${place}[${index}]`, depth + 1));
  }
  if (got !== 'object') return wrong('an object');
  return checker.getPropertiesOfType(type).flatMap((property) => {
    const declared = checker.getTypeOfSymbol(property);
    const name = `${place}.${property.name}`;
    if (value[property.name] !== undefined) return misfits(value[property.name], declared, name, depth + 1);
    const isOptional = property.flags & ts.SymbolFlags.Optional || declared.flags & ts.TypeFlags.Undefined;
    return isOptional || EXCEPTIONS.has(name.replace(/\[\d+\]/g, '')) ? [] : [`${where}.${property.name} is missing`];
  });
}

function held(value, schema) {
  const type = schemas.get(schema);
  if (!type) throw new Error(`the client declares no ${schema}`);
  const values = Array.isArray(value) ? value : [value];
  if (!values.length) throw new Error(`nothing to hold against ${schema}`);
  for (const one of values) faults.push(...misfits(one, type, schema));
}

const ok = (endpoint) => console.log(`gitbeaker ${endpoint}`);

async function refused(status, work) {
  try {
    await work();
  } catch (error) {
    const found = error.cause?.response?.status;
    if (found !== status) throw new Error(`${found} instead of ${status}: ${error.message}`, { cause: error });
    return;
  }
  throw new Error(`nothing was refused with ${status}`);
}

function need(condition, what) {
  if (!condition) throw new Error(what);
}

const api = new Gitlab({ host: url, token, camelize: false });
const P = 'web/docs';

// The instance.
held(await api.Metadata.show(), 'MetadataSchema');
held(await api.Users.showCurrentUser(), 'ExpandedUserSchema');
ok('GET /user');
held(await api.PersonalAccessTokens.show(), 'PersonalAccessTokenSchema');
ok('GET /personal_access_tokens/self');

// Projects.
const counted = await api.Projects.all({ perPage: 2, showExpanded: true, maxPages: 2 });
need(counted.paginationInfo.total >= 3 && counted.paginationInfo.current === 2, JSON.stringify(counted.paginationInfo));
const keyset = await api.Projects.all({ perPage: 2, pagination: 'keyset', orderBy: 'id', sort: 'asc' });
need(new Set(keyset.map((one) => one.id)).size === keyset.length && keyset.length >= 3, 'keyset paging loses projects');
held(keyset, 'ProjectSchema');
ok('GET /projects');
need((await api.Groups.allProjects('web')).length >= 2, 'projects of a group');
ok('GET /groups/{group}/projects');
await api.Users.allProjects((await api.Users.showCurrentUser()).id);
ok('GET /users/{user}/projects');
const project = await api.Projects.show(P);
held(project, 'ProjectSchema');
ok('GET /projects/{project}');
await refused(404, () => api.Projects.show('web/none'));
const id = project.id;

// Reading.
held(await api.Branches.all(id), 'BranchSchema');
ok('GET /projects/{project}/repository/branches');
const main = await api.Branches.show(id, 'main');
held(main, 'BranchSchema');
ok('GET /projects/{project}/repository/branches/{branch}');
const head = main.commit.id;
held(await api.Commits.all(id, { refName: 'main' }), 'CommitSchema');
ok('GET /projects/{project}/repository/commits');
held(await api.Commits.show(id, head), 'ExpandedCommitSchema');
ok('GET /projects/{project}/repository/commits/{commit}');
held(await api.Repositories.allRepositoryTrees(id, { ref: head, recursive: true }), 'RepositoryTreeSchema');
ok('GET /projects/{project}/repository/tree');
const file = await api.RepositoryFiles.show(id, 'index.md', head);
held(file, 'RepositoryFileExpandedSchema');
ok('GET /projects/{project}/repository/files/{path}');
need(String(await text(api.RepositoryFiles.showRaw(id, 'index.md', head))) === '# Docs\n', 'raw content');
ok('GET /projects/{project}/repository/files/{path}/raw');
held(await api.RepositoryFiles.allFileBlames(id, 'index.md', head), 'RepositoryFileBlameSchema');
ok('GET /projects/{project}/repository/files/{path}/blame');
await api.Repositories.showBlobRaw(id, file.blob_id);
ok('GET /projects/{project}/repository/blobs/{blob}/raw');
await api.Repositories.showArchive(id, { fileType: 'tar.gz', sha: head });
ok('GET /projects/{project}/repository/archive.tar.gz');
held(await api.Search.all('blobs', 'Docs', { projectId: id }), 'BlobSchema');
ok('GET /projects/{project}/search');

// Writing.
held(await api.Branches.create(id, 'beak/one', head), 'BranchSchema');
await refused(400, () => api.Branches.create(id, 'beak/one', head));
ok('POST /projects/{project}/repository/branches');
await api.Branches.create(id, 'beak/two', head);
await api.Branches.remove(id, 'beak/two');
ok('DELETE /projects/{project}/repository/branches/{branch}');
held(await api.Tags.create(id, 'beak-1', head, { message: 'One' }), 'TagSchema');
ok('POST /projects/{project}/repository/tags');
held(await api.Tags.all(id), 'TagSchema');
ok('GET /projects/{project}/repository/tags');
held(await api.Tags.show(id, 'beak-1'), 'TagSchema');
ok('GET /projects/{project}/repository/tags/{tag}');
const made = await api.Commits.create(id, 'beak/one', 'Change it', [
  { action: 'create', filePath: 'a/new.md', content: 'one\ntwo\n' },
  { action: 'update', filePath: 'index.md', content: '# Handbook\n' },
]);
held(made, 'ExpandedCommitSchema');
ok('POST /projects/{project}/repository/commits');
held(await api.Repositories.compare(id, head, made.id), 'RepositoryCompareSchema');
ok('GET /projects/{project}/repository/compare');
held(await api.Repositories.mergeBase(id, [head, made.id]), 'CommitSchema');
ok('GET /projects/{project}/repository/merge_base');
held(await api.Commits.editStatus(id, made.id, 'running', { name: 'beak', targetUrl: 'https://ci.example/1' }), 'CommitStatusSchema');
ok('POST /projects/{project}/statuses/{commit}');
held(await api.Commits.allStatuses(id, made.id), 'CommitStatusSchema');
ok('GET /projects/{project}/repository/commits/{commit}/statuses');

// Merge requests.
const opened = await api.MergeRequests.create(id, 'beak/one', 'main', 'Change it', { description: 'Please' });
const M = opened.iid;
await refused(409, () => api.MergeRequests.create(id, 'beak/one', 'main', 'Again'));
ok('POST /projects/{project}/merge_requests');
held(await api.MergeRequests.all({ projectId: id, state: 'opened' }), 'MergeRequestSchema');
ok('GET /projects/{project}/merge_requests');
const mr = await api.MergeRequests.show(id, M);
held(mr, 'ExpandedMergeRequestSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}');
held(await api.MergeRequests.edit(id, M, { title: 'Change it well' }), 'ExpandedMergeRequestSchema');
ok('PUT /projects/{project}/merge_requests/{merge_request}');
held(await api.MergeRequests.allDiffs(id, M), 'MergeRequestDiffSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/diffs');
held(await api.MergeRequests.allDiffVersions(id, M), 'MergeRequestDiffVersionsSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/versions');
held(await api.MergeRequests.allCommits(id, M), 'CommitSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/commits');
const note = await api.MergeRequestNotes.create(id, M, 'Good');
held(note, 'MergeRequestNoteSchema');
ok('POST /projects/{project}/merge_requests/{merge_request}/notes');
held(await api.MergeRequestNotes.all(id, M), 'MergeRequestNoteSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/notes');
held(await api.MergeRequestNotes.show(id, M, note.id), 'MergeRequestNoteSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/notes/{note}');
held(await api.MergeRequestNotes.edit(id, M, note.id, { body: 'Better' }), 'MergeRequestNoteSchema');
ok('PUT /projects/{project}/merge_requests/{merge_request}/notes/{note}');
const thread = await api.MergeRequestDiscussions.create(id, M, 'Which?', {
  position: {
    baseSha: mr.diff_refs.base_sha, startSha: mr.diff_refs.start_sha, headSha: mr.diff_refs.head_sha,
    positionType: 'text', oldPath: 'index.md', newPath: 'index.md', newLine: '1',
  },
});
held(thread, 'DiscussionSchema');
ok('POST /projects/{project}/merge_requests/{merge_request}/discussions');
held(await api.MergeRequestDiscussions.all(id, M), 'DiscussionSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/discussions');
held(await api.MergeRequestDiscussions.show(id, M, thread.id), 'DiscussionSchema');
ok('GET /projects/{project}/merge_requests/{merge_request}/discussions/{discussion}');
held(await api.MergeRequestDiscussions.addNote(id, M, thread.id, 'That.'), 'DiscussionNoteSchema');
ok('POST /projects/{project}/merge_requests/{merge_request}/discussions/{discussion}/notes');
held(await api.MergeRequestDiscussions.resolve(id, M, thread.id, true), 'DiscussionSchema');
ok('PUT /projects/{project}/merge_requests/{merge_request}/discussions/{discussion}');
await refused(409, () => api.MergeRequests.merge(id, M, { sha: head }));
const merged = await api.MergeRequests.merge(id, M, { sha: made.id, squash: true });
held(merged, 'ExpandedMergeRequestSchema');
need(merged.state === 'merged', merged.state);
ok('PUT /projects/{project}/merge_requests/{merge_request}/merge');

// Webhooks.
const hook = await api.ProjectHooks.add(id, 'http://127.0.0.1:9/hook', { token: 'shared', pushEvents: true });
held(hook, 'ProjectHookSchema');
ok('POST /projects/{project}/hooks');
held(await api.ProjectHooks.all(id), 'ProjectHookSchema');
ok('GET /projects/{project}/hooks');
held(await api.ProjectHooks.show(id, hook.id), 'ProjectHookSchema');
ok('GET /projects/{project}/hooks/{hook}');
held(await api.ProjectHooks.edit(id, hook.id, 'http://127.0.0.1:9/hook', { tagPushEvents: true }), 'ProjectHookSchema');
ok('PUT /projects/{project}/hooks/{hook}');
await api.ProjectHooks.remove(id, hook.id);
ok('DELETE /projects/{project}/hooks/{hook}');

process.exitCode = faults.length ? 1 : 0;

async function text(promise) {
  const body = await promise;
  return typeof body === 'string' ? body : body.text ? body.text() : Buffer.from(body).toString();
}
