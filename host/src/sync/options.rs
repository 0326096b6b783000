//! What a caller can ask of a sync: apart so that every default and bound is found in one place.

/// What a sync does beyond the least.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SyncOptions {
    /// Hold the result against the forge's tree even where nothing, or little, changed, and look
    /// for local changes everywhere. A full run is always held against it.
    pub verify: bool,
    /// Create symbolic links that lead outside too.
    pub outside_symlinks: bool,
    /// Fetch the files that Git LFS stores in the place of their pointers.
    pub resolve_lfs: bool,
    /// Fetch everything, whatever an earlier run recorded.
    pub fresh: bool,
    /// How much a repository may hold.
    pub limits: SyncLimits,
}

/// How much a repository may hold. More ends in an error, and the old state stays.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncLimits {
    /// Files, symbolic links and submodules. 1,000,000.
    pub entries: u64,
    /// Bytes of all files together. 64 GiB.
    pub bytes: u64,
    /// Bytes of a path. 4,096.
    pub path_bytes: usize,
    /// Names in a path. 256.
    pub depth: usize,
    /// Changes that are fetched one by one; with more of them a full run is cheaper. 1,000.
    pub changes: usize,
}

impl Default for SyncLimits {
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            bytes: 64 << 30,
            path_bytes: 4_096,
            depth: 256,
            changes: 1_000,
        }
    }
}
