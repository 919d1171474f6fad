//! Launch templates and their versions: parameters of launches, kept for later.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html>

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::filters::{self, Field, Filter, Page, select};
use super::request::{LAUNCH_TEMPLATE_IDS, error, invalid_value, missing, read, required};
use super::resource::{TagSpecification, Tags, check_kinds, resource, tags_for};
use super::store::{Place, Region};
use crate::operation::{Call, Reply, ServiceError};
use crate::partition::Partition;

#[derive(Clone)]
pub(super) struct LaunchTemplate {
    pub(super) launch_template_id: String,
    launch_template_name: String,
    create_time: DateTime<Utc>,
    created_by: String,
    default_version: u64,
    /// In the order of their numbers; there is always one.
    versions: Vec<Version>,
    pub(super) tags: Tags,
}
resource!(LaunchTemplate, "launch-template", launch_template_id);

#[derive(Clone)]
pub(super) struct Version {
    pub(super) number: u64,
    description: Option<String>,
    create_time: DateTime<Utc>,
    created_by: String,
    /// Parameters of `RunInstances`.
    pub(super) data: Value,
}

impl LaunchTemplate {
    fn latest_version(&self) -> u64 {
        self.versions.last().map_or(0, |version| version.number)
    }

    /// By number, `$Latest` or `$Default`.
    fn version(&self, wanted: &str) -> Option<&Version> {
        let number = match wanted {
            "$Latest" => self.latest_version(),
            "$Default" => self.default_version,
            number => number.parse().ok()?,
        };
        self.versions.iter().find(|version| version.number == number)
    }

    fn describe(&self) -> Value {
        json!({
            "LaunchTemplateId": self.launch_template_id,
            "LaunchTemplateName": self.launch_template_name,
            "CreateTime": self.create_time,
            "CreatedBy": self.created_by,
            "DefaultVersionNumber": self.default_version,
            "LatestVersionNumber": self.latest_version(),
            "Tags": (!self.tags.is_empty()).then_some(&self.tags),
        })
    }

    fn describe_version(&self, version: &Version) -> Value {
        json!({
            "LaunchTemplateId": self.launch_template_id,
            "LaunchTemplateName": self.launch_template_name,
            "VersionNumber": version.number,
            "VersionDescription": version.description,
            "CreateTime": version.create_time,
            "CreatedBy": version.created_by,
            "DefaultVersion": version.number == self.default_version,
            "LaunchTemplateData": version.data,
        })
    }
}

/// A launch template as requests name it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TemplateSpecification {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    version: Option<String>,
}

impl TemplateSpecification {
    /// Where id and name are parameters of the request itself.
    pub(super) fn in_input(input: &Value) -> Self {
        let text = |name: &str| input.get(name).and_then(Value::as_str).map(str::to_owned);
        let (id, name) = (text("LaunchTemplateId"), text("LaunchTemplateName"));
        Self { launch_template_id: id, launch_template_name: name, version: None }
    }

    /// The id that is given, or that of the name; `*` where there is none.
    pub(super) fn id(&self, region: &Region) -> String {
        let found = || Some(self.template(region).ok()?.launch_template_id.clone());
        self.launch_template_id.clone().or_else(found).unwrap_or_else(|| "*".to_owned())
    }

    fn template<'a>(&self, region: &'a Region) -> Result<&'a LaunchTemplate, ServiceError> {
        let mut templates = region.launch_templates.iter();
        match (&self.launch_template_id, &self.launch_template_name) {
            (Some(_), Some(_)) => {
                let message = "Either provide launch template ID or launch template name, but not both.";
                Err(error("InvalidParameterCombination", message))
            }
            (None, None) => Err(missing("LaunchTemplateId")),
            (Some(id), None) => {
                LAUNCH_TEMPLATE_IDS.check_form(id)?;
                templates.find(|template| template.launch_template_id == *id).ok_or_else(|| not_found_id(id))
            }
            (None, Some(name)) => templates
                .find(|template| template.launch_template_name == *name)
                .ok_or_else(|| not_found_name(name)),
        }
    }

    /// The template and its version; without one, the default version.
    pub(super) fn find<'a>(
        &self,
        region: &'a Region,
    ) -> Result<(&'a LaunchTemplate, &'a Version), ServiceError> {
        let template = self.template(region)?;
        let wanted = self.version.as_deref().unwrap_or("$Default");
        let version = template.version(wanted).ok_or_else(|| no_such_version(template, wanted))?;
        Ok((template, version))
    }
}

fn not_found_id(id: &str) -> ServiceError {
    let message = format!("The specified launch template, with template ID {id}, does not exist.");
    error("InvalidLaunchTemplateId.NotFound", message)
}

fn not_found_name(name: &str) -> ServiceError {
    let message = format!("The specified launch template, with template name {name}, does not exist.");
    error("InvalidLaunchTemplateName.NotFoundException", message)
}

fn no_such_version(template: &LaunchTemplate, version: &str) -> ServiceError {
    let id = &template.launch_template_id;
    let message =
        format!("Could not find the specified version {version} for the launch template with ID {id}.");
    error("InvalidLaunchTemplateId.VersionNotFound", message)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CreateLaunchTemplate {
    launch_template_name: Option<String>,
    version_description: Option<String>,
    launch_template_data: Option<Value>,
    #[serde(default)]
    pub(super) tag_specifications: Vec<TagSpecification>,
    #[serde(rename = "ClientToken")]
    _client_token: Option<String>,
}

pub(super) fn create_launch_template(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: CreateLaunchTemplate = read(call)?;
    let place = Place::of(call)?;
    let name = required(&input.launch_template_name, "LaunchTemplateName")?;
    check_name(name)?;
    let data = data(input.launch_template_data)?;
    check_kinds(&input.tag_specifications, &["launch-template"])?;
    let tags = tags_for(&input.tag_specifications, "launch-template")?;
    let Partition { ec2, ids, .. } = partition;
    let region = ec2.region_mut(&place);
    if region.launch_templates.iter().any(|template| template.launch_template_name == name) {
        let message = "Launch template name already in use.";
        return Err(error("InvalidLaunchTemplateName.AlreadyExistsException", message));
    }
    let created_by = call.caller.principal.arn();
    let version = Version {
        number: 1,
        description: input.version_description,
        create_time: call.now,
        created_by: created_by.clone(),
        data,
    };
    let template = LaunchTemplate {
        launch_template_id: ids.resource_id("lt-"),
        launch_template_name: name.to_owned(),
        create_time: call.now,
        created_by,
        default_version: 1,
        versions: vec![version],
        tags,
    };
    let described = template.describe();
    region.launch_templates.push(template);
    Ok(reply(described))
}

fn reply(template: Value) -> Reply {
    Reply { output: json!({ "LaunchTemplate": template }), ..Reply::empty() }
}

fn check_name(name: &str) -> Result<(), ServiceError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
    if (3..=128).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    let message = "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and \
                   the following characters: - ( ) . / _.";
    Err(error("InvalidLaunchTemplateName.MalformedException", message))
}

fn data(data: Option<Value>) -> Result<Value, ServiceError> {
    let is_there = |data: &Value| data.as_object().is_some_and(|members| !members.is_empty());
    data.filter(is_there).ok_or_else(|| missing("LaunchTemplateData"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateLaunchTemplateVersion {
    source_version: Option<String>,
    version_description: Option<String>,
    launch_template_data: Option<Value>,
    #[serde(rename = "LaunchTemplateId")]
    _launch_template_id: Option<String>,
    #[serde(rename = "LaunchTemplateName")]
    _launch_template_name: Option<String>,
    #[serde(rename = "ClientToken")]
    _client_token: Option<String>,
}

pub(super) fn create_launch_template_version(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: CreateLaunchTemplateVersion = read(call)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let template = TemplateSpecification::in_input(&call.input).template(region)?;
    let mut data = data(input.launch_template_data)?;
    if let Some(source) = &input.source_version {
        // The new version has the parameters of its source, but for those that are given.
        let source = template.version(source).ok_or_else(|| no_such_version(template, source))?;
        let mut merged = source.data.as_object().cloned().unwrap_or_default();
        merged.extend(data.as_object().cloned().unwrap_or_default());
        data = Value::Object(merged);
    }
    let id = template.launch_template_id.clone();
    let version = Version {
        number: template.latest_version() + 1,
        description: input.version_description,
        create_time: call.now,
        created_by: call.caller.principal.arn(),
        data,
    };
    let described = template.describe_version(&version);
    if let Some(template) = region.template_mut(&id) {
        template.versions.push(version);
    }
    Ok(Reply { output: json!({ "LaunchTemplateVersion": described }), ..Reply::empty() })
}

impl Region {
    fn template_mut(&mut self, id: &str) -> Option<&mut LaunchTemplate> {
        self.launch_templates.iter_mut().find(|template| template.launch_template_id == id)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ModifyLaunchTemplate {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    #[serde(alias = "SetDefaultVersion")]
    default_version: Option<String>,
    #[serde(rename = "ClientToken")]
    _client_token: Option<String>,
}

pub(super) fn modify_launch_template(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let input: ModifyLaunchTemplate = read(call)?;
    if input.launch_template_id.is_some() && input.launch_template_name.is_some() {
        let message = "Either provide launch template ID or launch template name to modify the template.";
        return Err(error("InvalidParameterCombination", message));
    }
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let template = TemplateSpecification::in_input(&call.input).template(region)?;
    let wanted = required(&input.default_version, "DefaultVersion")?;
    let number = template.version(wanted).map(|version| version.number).ok_or_else(|| {
        let message =
            format!("The launch template version {wanted} is not found for the specified launch template.");
        error("InvalidLaunchTemplateId.VersionNotFound", message)
    })?;
    let id = template.launch_template_id.clone();
    if let Some(template) = region.template_mut(&id) {
        template.default_version = number;
    }
    Ok(reply(region.template_mut(&id).map_or(Value::Null, |template| template.describe())))
}

pub(super) fn delete_launch_template(partition: &mut Partition, call: &Call) -> Result<Reply, ServiceError> {
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let template = TemplateSpecification::in_input(&call.input).template(region)?;
    let (id, described) = (template.launch_template_id.clone(), template.describe());
    region.launch_templates.retain(|template| template.launch_template_id != id);
    Ok(reply(described))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteLaunchTemplateVersions {
    #[serde(default)]
    versions: Vec<String>,
    #[serde(rename = "LaunchTemplateId")]
    _launch_template_id: Option<String>,
    #[serde(rename = "LaunchTemplateName")]
    _launch_template_name: Option<String>,
}

/// Each for itself; the default version stays.
pub(super) fn delete_launch_template_versions(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DeleteLaunchTemplateVersions = read(call)?;
    let region = partition.ec2.region_mut(&Place::of(call)?);
    let template = TemplateSpecification::in_input(&call.input).template(region)?.clone();
    if input.versions.is_empty() {
        return Err(missing("LaunchTemplateVersion"));
    }
    let (mut deleted, mut kept, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for wanted in &input.versions {
        let number: u64 = wanted.parse().map_err(|_| {
            invalid_value(format!("Value ({wanted}) for parameter LaunchTemplateVersion is invalid."))
        })?;
        let item = |error: Option<Value>| {
            json!({
                "LaunchTemplateId": template.launch_template_id,
                "LaunchTemplateName": template.launch_template_name,
                "VersionNumber": number,
                "ResponseError": error,
            })
        };
        let problem = match template.version(wanted) {
            None => Some(("launchTemplateVersionDoesNotExist", no_such_version(&template, wanted).message)),
            Some(_) if number == template.default_version => Some((
                "unexpectedError",
                "The default version of a launch template can't be deleted.".to_owned(),
            )),
            Some(_) => None,
        };
        match problem {
            None => {
                numbers.push(number);
                deleted.push(item(None));
            }
            Some((code, message)) => {
                kept.push(item(Some(json!({ "Code": code, "Message": message }))));
            }
        }
    }
    if let Some(template) = region.template_mut(&template.launch_template_id) {
        template.versions.retain(|version| !numbers.contains(&version.number));
    }
    let output = json!({
        "SuccessfullyDeletedLaunchTemplateVersions": deleted,
        "UnsuccessfullyDeletedLaunchTemplateVersions": kept,
    });
    Ok(Reply { output, ..Reply::empty() })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeLaunchTemplates {
    launch_template_ids: Vec<String>,
    launch_template_names: Vec<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

const FIELDS: &[Field<LaunchTemplate>] = &[
    ("launch-template-name", |template| vec![template.launch_template_name.clone()]),
    ("create-time", |template| {
        vec![template.create_time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)]
    }),
];

pub(super) fn describe_launch_templates(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let input: DescribeLaunchTemplates = read(call)?;
    let (ids, names) = (&input.launch_template_ids, &input.launch_template_names);
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 1 };
    let region = partition.ec2.region(&Place::of(call)?);
    let templates = &region.launch_templates;
    for id in ids {
        LAUNCH_TEMPLATE_IDS.check_form(id)?;
    }
    if let Some(id) = ids.iter().find(|id| !templates.iter().any(|t| t.launch_template_id == **id)) {
        return Err(not_found_id(id));
    }
    if names.iter().any(|name| !templates.iter().any(|t| t.launch_template_name == *name)) {
        let message = "At least one of the launch templates specified in the request does not exist.";
        return Err(error("InvalidLaunchTemplateName.NotFoundException", message));
    }
    let wanted = |template: &&LaunchTemplate| {
        (ids.is_empty() || ids.contains(&template.launch_template_id))
            && (names.is_empty() || names.contains(&template.launch_template_name))
    };
    let named = templates.iter().filter(wanted);
    let (items, next_token) =
        page.of(select(named, |template| Some(&template.tags), &input.filters, FIELDS)?)?;
    let items: Vec<Value> = items.into_iter().map(LaunchTemplate::describe).collect();
    Ok(Reply { output: json!({ "LaunchTemplates": items, "NextToken": next_token }), ..Reply::empty() })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct DescribeLaunchTemplateVersions {
    launch_template_id: Option<String>,
    launch_template_name: Option<String>,
    versions: Vec<String>,
    min_version: Option<String>,
    max_version: Option<String>,
    filters: Vec<Filter>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// Recorded, with its typographic quotes.
const HOW_TO_ASK: &str = "To describe the launch template data for all your launch templates, for ‘--versions’ specify \
                          ‘$Latest’, ‘$Default’, or both, and omit ‘--launch-template-id’, ‘--launch-template-name’, and \
                          version numbers. To describe the launch template data for a specific launch template, specify \
                          ‘--launch-template-id’ or ‘--launch-template-name’, and for ‘--versions’ specify one or more of \
                          the following values: ‘$Latest’, ‘$Default’, or one or more version numbers.";

struct Described<'a> {
    template: &'a LaunchTemplate,
    version: &'a Version,
}

fn parameter(found: &Described<'_>, name: &str) -> Vec<String> {
    found.version.data.get(name).and_then(Value::as_str).map(str::to_owned).into_iter().collect()
}

pub(super) fn describe_launch_template_versions(
    partition: &mut Partition,
    call: &Call,
) -> Result<Reply, ServiceError> {
    let fields: &[Field<Described<'_>>] = &[
        ("image-id", |found| parameter(found, "ImageId")),
        ("instance-type", |found| parameter(found, "InstanceType")),
        ("is-default-version", |found| {
            vec![(found.version.number == found.template.default_version).to_string()]
        }),
    ];
    let input: DescribeLaunchTemplateVersions = read(call)?;
    filters::check(&input.filters, fields, false)?;
    let page = Page { max_results: input.max_results, next_token: input.next_token.as_deref(), least: 1 };
    let region = partition.ec2.region(&Place::of(call)?);
    let found = versions(&region, &input, call)?;
    let (items, next_token) = page.of(select(&found, |_| None, &input.filters, fields)?)?;
    let items: Vec<Value> =
        items.into_iter().map(|found| found.template.describe_version(found.version)).collect();
    Ok(Reply {
        output: json!({ "LaunchTemplateVersions": items, "NextToken": next_token }),
        ..Reply::empty()
    })
}

/// The versions that are asked for, of one template the latest first.
fn versions<'a>(
    region: &'a Region,
    input: &DescribeLaunchTemplateVersions,
    call: &Call,
) -> Result<Vec<Described<'a>>, ServiceError> {
    let mut found = Vec::new();
    if input.launch_template_id.is_none() && input.launch_template_name.is_none() {
        if input.versions.is_empty() {
            return Err(error("MissingParameter", HOW_TO_ASK));
        }
        if input.versions.iter().any(|version| !version.starts_with('$')) {
            return Err(invalid_value(HOW_TO_ASK));
        }
        for template in &region.launch_templates {
            found.extend(named_versions(template, &input.versions)?);
        }
        return Ok(found);
    }
    let template = TemplateSpecification::in_input(&call.input).template(region)?;
    if input.versions.is_empty() {
        let bound = |text: &Option<String>, otherwise| match text {
            None => Ok(otherwise),
            Some(text) => text.parse().map_err(|_| no_such_version(template, text)),
        };
        let (least, most) = (bound(&input.min_version, 0)?, bound(&input.max_version, u64::MAX)?);
        let within = template.versions.iter().filter(|version| (least..=most).contains(&version.number));
        found.extend(within.map(|version| Described { template, version }));
    } else {
        found = named_versions(template, &input.versions)?;
    }
    found.sort_by_key(|found| std::cmp::Reverse(found.version.number));
    Ok(found)
}

fn named_versions<'a>(
    template: &'a LaunchTemplate,
    names: &[String],
) -> Result<Vec<Described<'a>>, ServiceError> {
    let mut found: Vec<Described<'a>> = Vec::new();
    for name in names {
        let version = template.version(name).ok_or_else(|| no_such_version(template, name))?;
        if !found.iter().any(|found| found.version.number == version.number) {
            found.push(Described { template, version });
        }
    }
    Ok(found)
}
