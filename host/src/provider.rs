//! The providers that are built in: apart because they are data, found by the build script.

use code_source_egress::Profile;

use crate::error::Error;

/// The profile of the provider called `name`.
pub(crate) fn profile(name: &str) -> Result<Profile, Error> {
    for text in PROFILES {
        let profile = Profile::parse(text).map_err(Error::Profile)?;
        if profile.provider() == name {
            return Ok(profile);
        }
    }
    Err(Error::Provider {
        name: name.to_owned(),
    })
}

/// A provider that is built in: for tests that need one, whichever it is.
#[cfg(test)]
pub(crate) fn any() -> String {
    let profile = Profile::parse(PROFILES[0]).unwrap();
    profile.provider().to_owned()
}

include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_sound() {
        assert!(!PROFILES.is_empty());
        for text in PROFILES {
            Profile::parse(text).unwrap();
        }
    }
}
