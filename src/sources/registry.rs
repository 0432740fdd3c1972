//! All sources of a run: from a name or an address to the definition.

use super::SourceManifest;
use crate::domain::{PageRole, SourceId};
use url::Url;

/// Two definitions with one id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two definitions have the id `{id}`, expected every id once")]
pub struct DuplicateSource {
    /// The id.
    pub id: SourceId,
}

/// The definitions of a run, sorted by id.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    manifests: Vec<SourceManifest>,
}

impl Registry {
    /// Takes the definitions.
    ///
    /// # Errors
    /// When an id comes twice.
    pub fn new(mut manifests: Vec<SourceManifest>) -> Result<Self, DuplicateSource> {
        manifests.sort_by(|a, b| a.id.cmp(&b.id));
        match manifests.windows(2).find(|pair| pair[0].id == pair[1].id) {
            Some(pair) => Err(DuplicateSource { id: pair[0].id.clone() }),
            None => Ok(Self { manifests }),
        }
    }

    /// By id.
    #[must_use]
    pub fn get(&self, id: &SourceId) -> Option<&SourceManifest> {
        self.manifests.binary_search_by(|manifest| manifest.id.cmp(id)).ok().map(|at| &self.manifests[at])
    }

    /// The first source, by id, that an address belongs to.
    #[must_use]
    pub fn owner(&self, url: &Url) -> Option<&SourceManifest> {
        self.manifests.iter().find(|manifest| manifest.in_scope(url))
    }

    /// The first source, by id, with a page that an address belongs to, and that page's role.
    #[must_use]
    pub fn describes(&self, url: &Url) -> Option<(&SourceManifest, PageRole)> {
        const ROLES: [PageRole; 4] = [PageRole::Detail, PageRole::Share, PageRole::Api, PageRole::Index];
        self.manifests.iter().filter(|manifest| manifest.in_scope(url)).find_map(|manifest| {
            let role = ROLES.into_iter().find(|role| manifest.page_for(*role, url.as_str()).is_some())?;
            Some((manifest, role))
        })
    }

    /// All, by id.
    pub fn iter(&self) -> impl Iterator<Item = &SourceManifest> {
        self.manifests.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.manifests.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.manifests.is_empty()
    }
}
