//! Reads CloudFormation templates, in YAML with its short forms or in JSON: what a stack will hold, as far as it says who may do
//! what.
//!
//! A value that only CloudFormation knows is a gap at its place, and so is a resource that has a say in access and is not
//! read. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>

mod conditions;
mod identities;
mod node;
mod others;
mod parameters;
mod places;
mod references;
mod resolve;
mod resources;

use std::cell::Cell;
use std::collections::BTreeMap;

use policy::AccountId;

use crate::cloudformation::node::Node;
use crate::cloudformation::resolve::Resolver;
use crate::cloudformation::resources::Reader;
use crate::model::{Account, ReadError};

/// Where a stack would be made.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// What `AWS::AccountId` is.
    pub account: AccountId,
    /// What `AWS::Region` is.
    pub region: String,
}

/// Reads a template with `parameters` in place of defaults: also `import NAME` for a value that another stack exports, and
/// pseudo parameters such as `AWS::StackName`. `of_aws` tells the documents of AWS's own policies.
///
/// # Errors
/// Where it is no template, or a parameter is not one of it.
pub fn read(
    text: &str,
    parameters: &BTreeMap<String, String>,
    surroundings: &Surroundings,
    of_aws: &dyn Fn(&str) -> Option<String>,
) -> Result<Account, ReadError> {
    let root = Node::read(text)?;
    if root.member("Resources").is_none_or(|resources| resources.members().is_empty()) {
        return Err(ReadError::new("is no CloudFormation template: it has no `Resources`"));
    }
    let (imports, parameters): (BTreeMap<_, _>, BTreeMap<_, _>) = parameters
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .partition(|(name, _)| name.starts_with("import "));
    let imports = imports
        .iter()
        .map(|(name, value)| (name.trim_start_matches("import ").trim().to_owned(), value.clone()));
    let imports = imports.collect();
    let parameters = parameters::values(&root, &parameters)?;
    let resolver = Resolver { root: &root, parameters, imports: &imports, surroundings, depth: Cell::new(0) };
    Ok(Reader::new(&resolver).read(of_aws))
}

#[cfg(test)]
mod tests;
