//! What a command line asks for and cannot be: apart so that all of it is worded in one place. The
//! tests show each of these in `errors.txt`, beside all other errors.

/// Make the type from the table below. In the words, `{field}` is a field of the line.
macro_rules! usage_errors {
    ($($name:ident $({ $($field:ident),+ })? => $message:literal, $hint:literal;)+) => {
        /// A mistake on the command line: its message says what is wrong, its hint what to do instead.
        #[derive(Debug)]
        pub(crate) enum UsageError {
            $($name $({ $($field: String),+ })?),+
        }

        #[expect(unused_variables, reason = "a field may be in one of the two texts alone")]
        impl UsageError {
            /// All names.
            #[cfg(test)]
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// Its own name.
            #[cfg(test)]
            pub(crate) fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name)),+
                }
            }

            /// What is wrong.
            pub(crate) fn message(&self) -> String {
                match self {
                    $(Self::$name $({ $($field),+ })? => format!($message)),+
                }
            }

            /// What to do instead.
            pub(crate) fn hint(&self) -> String {
                match self {
                    $(Self::$name $({ $($field),+ })? => format!($hint)),+
                }
            }
        }
    };
}

usage_errors! {
    // Which connection.
    TokenOnCommandLine =>
        "a token is not taken from the command line: every process of this machine could read it there, \
         and the shell's history keeps it",
        "put it into a file and use `--token-file FILE`, or into an environment variable and use \
         `--token-env NAME`";
    NothingConfigured =>
        "no connection is configured",
        "`code-source connect` makes one; or name the forge with `--url URL` and `--token-file FILE`";
    NoConnection { file } =>
        "`{file}` has no connection",
        "`code-source connect` makes one; by hand it begins with a line `[connections.NAME]`";
    SeveralConnections { file, names } =>
        "`{file}` has several connections, and none was chosen",
        "choose with `--connection`: {names}";
    NoPlaceForConfiguration =>
        "there is no place for a configuration file: neither `XDG_CONFIG_HOME` nor `HOME` is set",
        "name the file with `--config FILE`";
    UrlWithoutToken =>
        "`--url` needs a token",
        "say where the token is: `--token-file FILE` or `--token-env NAME`";
    Proxy { problem } =>
        "`--proxy`: {problem}",
        "such as `--proxy http://proxy.acme.example:3128`; with `--proxy-credentials-file FILE` where \
         the proxy asks who comes";
    TokenAsFile =>
        "what stands where the token's file is named may be the token itself, and is not repeated",
        "name a file that holds it; nothing is at the place that was named";
    TokenAsName =>
        "what stands where the connection's name belongs may be a token, and is not repeated",
        "a name is what you call the connection, such as `acme`";
    TokenAsAddress =>
        "what stands where the address belongs may be a token, and is not repeated",
        "the address is that of the forge, such as `https://git.acme.example`; the token has a place of its \
         own";
    // What stands there may be the secret itself, and so is not repeated; nor in the next.
    TokenVariable =>
        "`--token-env` does not say the name of an environment variable",
        "a name is letters, digits and `_`, such as `--token-env FORGE_TOKEN`; the token itself belongs \
         in that variable";
    VariableUnset =>
        "the environment variable of the token is not set, and what stands for its name may be the token \
         itself: it is not repeated",
        "set the variable, or say where else the token is";
    VariableName =>
        "that is not the name of an environment variable",
        "a name is letters, digits and `_`, such as `FORGE_TOKEN`; the token itself can be typed or pasted \
         where its place is asked for";
    Secret =>
        "`--secret` does not say NAME=FILE, the name in lower-case letters, digits and `-`",
        "such as `--secret webhook=/run/secrets/webhook`";
    RedirectOrigin { problem } =>
        "the origin of `--redirect-origin` cannot be used: {problem}",
        "such as `--redirect-origin https://objects.acme.example`";
    PrivateAddress { problem } =>
        "`--private-address`: {problem}",
        "such as `--private-address 10.20.0.0/16`: public addresses need none";
    WebhookUrl { problem } =>
        "`--webhook-url`: {problem}",
        "such as `--webhook-url https://hooks.acme.example/push`";
    AnotherForge { base_url } =>
        "that is not the address of a repository on this connection's forge",
        "the addresses of its repositories begin with `{base_url}/`; a path such as `web/shop` names one too";
    RepositoryName { name } =>
        "`{name}` cannot be the name of a repository",
        "a repository is named by its path, such as `web/shop`, by its number, or by the address of its page";
    NoPlugin { connection } =>
        "the connection `{connection}` has no plugin of its own to approve",
        "a connection of the configuration file has one with `plugin = {{ path = \"…\" }}`; the built-in \
         one needs no approval";

    // Connecting and disconnecting.
    ConnectionOption { name } =>
        "`--connection` says which connection is used, not which one is written",
        "the name stands by itself: `code-source connect {name}`";
    ConnectionName { name } =>
        "`{name}` cannot be the name of a connection",
        "a name is up to 64 letters, digits, `-` and `_`, the first no `-`, such as `acme`";
    ConnectionNameTaken { name } =>
        "there is a connection `{name}` already",
        "`code-source connect {name}` changes that one";
    NothingToConnect =>
        "nothing was given to be changed",
        "such as `--token-file FILE` or `--repository PATH`; `code-source connect --help` tells all";
    NoAddress { obstacle } =>
        "the forge's address is missing, and {obstacle}",
        "give it with `--url URL`";
    NoToken { obstacle } =>
        "the token is missing, and {obstacle}",
        "say where it is: `--token-file FILE`, `--token-env NAME`, or `--token-stdin`";
    TokenInTwoPlaces =>
        "the token is said to be in two places",
        "one of `--token-stdin`, `--token-file` and `--token-env`";
    TokenNotKept { path } =>
        "`{path}` is no file that will hold the token the next time as well",
        "`--token-stdin` takes a token that comes from another program, and keeps it";
    TokenDirectory { path } =>
        "`{path}` is a directory",
        "name the file that holds the token";
    TokenFromTerminal =>
        "standard input is a terminal, which would show the token",
        "leave out `--token-stdin`: it is asked for, and not shown";
    TokenTooLong =>
        "what stands on standard input is too long for a token",
        "give nothing but the token";
    PathNotUnicode { path } =>
        "the path `{path}` cannot be written into the configuration",
        "the configuration is UTF-8; give the file another name, or reach it by a link";
    RepositoriesTogether { problem } =>
        "`--repository`: {problem}",
        "name one repository, or a frontend and a backend";
    RepositoryTwice { path } =>
        "`--repository`: `{path}` was named twice",
        "name each repository once";
    RepositoryIsAnother { id, named, found } =>
        "`--repository`: the repository with the number {id} is `{found}`, and not `{named}`",
        "name the one that is meant by its path alone";
    RepositoryUnchecked { path } =>
        "without a check nobody knows which repository `{path}` is",
        "say its number, `--repository {path},id=…`, or leave out `--no-check`";
    RepositoryWithoutPath { id } =>
        "without a check nobody knows the path of the repository {id}",
        "say it, `--repository PATH,id={id}`, or leave out `--no-check`";
    RepositoriesElsewhere =>
        "the repositories of the connection are those of another address",
        "name them anew, `--repository PATH,id=…`, or leave out `--no-check`";
    NotSynced { path } =>
        "`{path}` was not synced from this connection",
        "only what `sync` filled is removed; `rm` removes anything";

    // Writing.
    NobodyToAsk { what, obstacle } =>
        "{what} asks first, and {obstacle}",
        "`--yes` does it without asking";
    NobodyToWrite { options } =>
        "the text is missing, and nobody is there to write it",
        "give it with {options}";
    StandardInputTwice =>
        "standard input is named twice, and can be read once",
        "put one of the two into a file";
    NoChange =>
        "nothing is to change",
        "such as `--update PATH=FILE`; `code-source create-commit --help` tells all of them";
    ExpectationOfNothing { path } =>
        "`--expect` names `{path}`, which no `--update`, `--delete` or `--move` does",
        "name the path in the same words";
    Actions { problem } =>
        "the changes of `--actions` are not understood: {problem}",
        "such as `[{{\"action\": \"create\", \"path\": \"a.txt\", \"content\": \"text\"}}]`";
    NoExpectedHead =>
        "nothing says which head was looked at",
        "add `--expected-head ID`, with the head that `read-pull-request` tells";
    HeadToMergeUnknown =>
        "the forge does not know the head of the pull request yet",
        "try again in a moment";
    HeadToCommentUnknown =>
        "the forge does not know the head of the pull request yet",
        "try again in a moment, or say which with `--head ID`";
    HeaderLine { number } =>
        "line {number} of the header is no `Name: value`",
        "every field stands on a line of its own, as `curl --dump-header` writes them";

    // Where content goes.
    ArchiveAsText =>
        "an archive cannot be written to a terminal or into JSON",
        "write it to a file with `--output FILE`, or pipe it into another command";
    BinaryOnTerminal =>
        "that is binary and would garble the terminal",
        "write it to a file with `--output FILE`, or do it all the same with `--force`";
    TooLargeForJson =>
        "that is too large to stand in a JSON object: more than 16 MiB",
        "write it to a file with `--output FILE`";
}
