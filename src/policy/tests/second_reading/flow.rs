//! The flow charts, walked step by step:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>.

use std::collections::BTreeSet;

use rolecall_policy::{Layer, Outcome, Principal, Request};
use serde_json::Value;

use crate::callers::{Named, left_out, named_by};
use crate::conditions::{Verdict, judge};
use crate::text::{expand, letters, like};

/// The raw documents that apply to a request, with their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Documents {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) resource: Own,
    pub(crate) service_control: Vec<Vec<Value>>,
    pub(crate) resource_control: Vec<Vec<Value>>,
}

/// The resource's own document.
#[derive(Clone, Debug, Default)]
pub(crate) enum Own {
    #[default]
    None,
    Grants(Value),
    Trust(Option<Value>),
    Key(Value),
}

/// A statement that was looked at.
pub(crate) struct Looked {
    pub(crate) layer: Layer,
    /// The level of an organization's policies; 0 elsewhere.
    level: usize,
    pub(crate) policy: String,
    pub(crate) index: usize,
    pub(crate) deny: bool,
    pub(crate) applies: Verdict,
    /// How it names the caller.
    ways: Vec<Named>,
}

/// Which condition alone decided whether its statement applies, and how.
pub(crate) type Decisive = (String, bool);

/// What the documents say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) outcome: Outcome,
    /// The layers that may be named as deciding; `None`: nothing had to allow it.
    pub(crate) layers: BTreeSet<Option<Layer>>,
}

fn reading(outcome: Outcome, layers: impl IntoIterator<Item = Layer>) -> Reading {
    Reading { outcome, layers: layers.into_iter().map(Some).collect() }
}

/// All statements of all documents.
pub(crate) fn look(request: &Request, documents: &Documents, decisive: &mut Vec<Decisive>) -> Vec<Looked> {
    let mut all: Vec<(Layer, usize, String, &Value)> = Vec::new();
    for (place, document) in documents.identity.iter().enumerate() {
        all.push((Layer::Identity, 0, format!("identity{place}"), document));
    }
    if let Some(document) = &documents.boundary {
        all.push((Layer::Boundary, 0, "boundary".to_owned(), document));
    }
    for (place, document) in documents.session.iter().flatten().enumerate() {
        all.push((Layer::Session, 0, format!("session{place}"), document));
    }
    match &documents.resource {
        Own::None | Own::Trust(None) => {}
        Own::Grants(document) | Own::Key(document) => {
            all.push((Layer::Resource, 0, "resource".to_owned(), document))
        }
        Own::Trust(Some(document)) => all.push((Layer::Trust, 0, "trust".to_owned(), document)),
    }
    let levels = [
        (Layer::ServiceControl, "scp", &documents.service_control),
        (Layer::ResourceControl, "rcp", &documents.resource_control),
    ];
    for (layer, name, levels) in levels {
        for (level, policies) in levels.iter().enumerate() {
            for (place, document) in policies.iter().enumerate() {
                all.push((layer, level, format!("{name}{level}.{place}"), document));
            }
        }
    }
    let has_boundary = documents.boundary.is_some();
    let mut looked = Vec::new();
    for (layer, level, policy, document) in all {
        // "If you do not include a Version element, the value defaults to 2008-10-17", without variables.
        let variables = document["Version"] == "2012-10-17";
        for (place, statement) in document["Statement"].as_array().unwrap().iter().enumerate() {
            let (applies, ways) = applies(statement, request, variables, has_boundary, decisive);
            looked.push(Looked {
                layer,
                level,
                policy: policy.clone(),
                index: place + 1,
                deny: statement["Effect"] == "Deny",
                applies,
                ways,
            });
        }
    }
    looked
}

fn applies(
    statement: &Value,
    request: &Request,
    variables: bool,
    has_boundary: bool,
    decisive: &mut Vec<Decisive>,
) -> (Verdict, Vec<Named>) {
    let context = &request.context;
    let list = |element: &Value| -> Vec<String> {
        match element {
            Value::Array(values) => values.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
            value => vec![value.as_str().unwrap().to_owned()],
        }
    };
    let any_action = |element: &Value| {
        list(element).iter().any(|action| {
            let pattern = expand(&action.to_lowercase(), false, context).unwrap();
            like(&pattern, &letters(&request.action.to_lowercase()))
        })
    };
    let any_resource = |element: &Value| {
        list(element).iter().any(|resource| {
            expand(resource, variables, context)
                .is_some_and(|pattern| like(&pattern, &letters(&request.resource)))
        })
    };
    let element = |name: &str, fits: &dyn Fn(&Value) -> bool| match (
        statement.get(name),
        statement.get(format!("Not{name}")),
    ) {
        (Some(element), _) => fits(element),
        (_, Some(element)) => !fits(element),
        (None, None) => true,
    };
    let mut elements: Verdict = (element("Action", &any_action) && element("Resource", &any_resource)).into();
    let mut ways = Vec::new();
    if let Some(principal) = statement.get("Principal") {
        ways = named_by(principal, request);
        elements = elements.min(match ways.as_slice() {
            [] => Verdict::No,
            [Named::Perhaps] => Verdict::Unknown,
            _ => Verdict::Yes,
        });
    }
    if let Some(principal) = statement.get("NotPrincipal") {
        elements = elements.min((!left_out(principal, request, has_boundary)).into());
    }
    let judged = judge(&statement["Condition"], variables, context);
    for (place, condition) in judged.iter().enumerate() {
        let others = judged
            .iter()
            .enumerate()
            .all(|(other, condition)| other == place || condition.verdict == Verdict::Yes);
        if elements == Verdict::Yes && others && condition.verdict != Verdict::Unknown {
            decisive.push((condition.operator.clone(), condition.verdict == Verdict::Yes));
        }
    }
    (judged.iter().map(|condition| condition.verdict).fold(elements, Verdict::min), ways)
}

/// Walks the chart. `applies` tells of each statement whether it does.
pub(crate) fn walk(
    request: &Request,
    documents: &Documents,
    looked: &[Looked],
    applies: &dyn Fn(usize) -> bool,
) -> Reading {
    let chart = Chart { request, documents, looked, applies };
    chart.deny().or_else(|| chart.organization()).unwrap_or_else(|| chart.grants())
}

struct Chart<'a> {
    request: &'a Request,
    documents: &'a Documents,
    looked: &'a [Looked],
    applies: &'a dyn Fn(usize) -> bool,
}

impl Chart<'_> {
    /// "SCPs affect only IAM users and roles that are managed by accounts that are part of the organization. … SCPs do
    /// not affect any service-linked role", and RCPs neither.
    fn is_under(&self, layer: Layer) -> bool {
        let service_linked = matches!(&self.request.principal,
            Principal::AssumedRole { path, .. } if path.starts_with("/aws-service-role/"));
        match layer {
            Layer::ServiceControl => !service_linked && self.request.principal.account().is_some(),
            // "RCPs currently apply to resources for the following services": of those that are asked here not EC2 and IAM.
            Layer::ResourceControl => {
                let unlimited =
                    ["ec2:", "iam:"].iter().any(|service| self.request.action.starts_with(service));
                !service_linked && !unlimited
            }
            _ => true,
        }
    }

    fn found(&self, layer: Layer, deny: bool) -> impl Iterator<Item = &Looked> {
        self.looked
            .iter()
            .enumerate()
            .filter(move |(place, looked)| {
                looked.layer == layer && looked.deny == deny && (self.applies)(*place)
            })
            .map(|(_, looked)| looked)
    }

    fn same_account(&self) -> bool {
        let owner = self.request.resource_account.as_ref();
        owner.is_none() || owner == self.request.principal.account()
    }

    /// "In all those policies, the enforcement code looks for a Deny statement that applies to the request."
    fn deny(&self) -> Option<Reading> {
        // "The root principal in a bucket owner's AWS account can perform the GetBucketPolicy, PutBucketPolicy, and
        // DeleteBucketPolicy API actions, even if their bucket policy explicitly denies the root principal's access":
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
        let keeps_policy = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"]
            .contains(&&*self.request.action);
        let owner = matches!(self.request.principal, Principal::Root { .. }) && self.same_account();
        let layers: BTreeSet<Layer> = [
            Layer::ResourceControl,
            Layer::ServiceControl,
            Layer::Resource,
            Layer::Trust,
            Layer::Identity,
            Layer::Boundary,
            Layer::Session,
        ]
        .into_iter()
        .filter(|layer| self.is_under(*layer))
        .filter(|layer| !(*layer == Layer::Resource && keeps_policy && owner))
        .filter(|layer| self.found(*layer, true).next().is_some())
        .collect();
        (!layers.is_empty()).then(|| reading(Outcome::ExplicitDeny, layers))
    }

    /// "RCPs, then SCPs: if the enforcement code does not find any applicable Allow statements" at each level, Deny.
    fn organization(&self) -> Option<Reading> {
        let layers = [
            (Layer::ResourceControl, &self.documents.resource_control),
            (Layer::ServiceControl, &self.documents.service_control),
        ];
        for (layer, levels) in layers {
            let all =
                (0..levels.len()).all(|level| self.found(layer, false).any(|looked| looked.level == level));
            if self.is_under(layer) && !all {
                return Some(reading(Outcome::ImplicitDeny, [layer]));
            }
        }
        None
    }

    fn grants(&self) -> Reading {
        let own = match self.documents.resource {
            Own::Trust(_) => Layer::Trust,
            _ => Layer::Resource,
        };
        let ways: BTreeSet<Named> =
            self.found(own, false).flat_map(|looked| looked.ways.iter().copied()).collect();
        let resource_allows = !ways.is_empty();
        let denied = |layer| reading(Outcome::ImplicitDeny, [layer]);
        match &self.request.principal {
            Principal::Anonymous | Principal::Service { .. } | Principal::Federated { .. } => {
                return if resource_allows { reading(Outcome::Allowed, [own]) } else { denied(own) };
            }
            // "You cannot use AWS account root user credentials to call AssumeRole."
            Principal::Root { .. } if own == Layer::Trust => return denied(own),
            // "No principal, including the account root user or key creator, has any permissions to a KMS key unless
            // they are explicitly allowed": https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
            Principal::Root { .. }
                if self.same_account() && !matches!(self.documents.resource, Own::Key(_)) =>
            {
                let mut allowed = reading(Outcome::Allowed, resource_allows.then_some(own));
                allowed.layers.insert(None);
                return allowed;
            }
            Principal::Root { .. } => {
                return if resource_allows { reading(Outcome::Allowed, [own]) } else { denied(own) };
            }
            _ => {}
        }
        let (identity, limits) = (self.identity_allows(), self.limits());
        if !self.same_account() {
            return self.across(own, resource_allows, identity, limits);
        }
        // "Permissions that are granted directly to a session are not limited by an implicit deny in an identity-based
        // policy, a permissions boundary, or session policy."
        if ways.contains(&Named::Itself) || ways.contains(&Named::Everyone) {
            let mut layers = vec![own];
            layers.extend((identity && limits.is_none()).then_some(Layer::Identity));
            return reading(Outcome::Allowed, layers);
        }
        // "Resource-based policies that grant permissions to an IAM role ARN are limited by an implicit deny in a
        // permissions boundary or session policy", and so are those that name the user who federated.
        if ways.contains(&Named::Role) || ways.contains(&Named::Maker) {
            let mut layers = vec![own];
            layers.extend(identity.then_some(Layer::Identity));
            return match limits {
                Some(layer) => denied(layer),
                None => reading(Outcome::Allowed, layers),
            };
        }
        // A role and a key let nobody in without their own policy; the account in it lets identity policies speak.
        let must_let_in = matches!(self.documents.resource, Own::Trust(_) | Own::Key(_));
        if must_let_in && !resource_allows {
            return denied(own);
        }
        match (identity, limits) {
            (false, _) => denied(Layer::Identity),
            (true, Some(layer)) => denied(layer),
            (true, None) => Reading { outcome: Outcome::Allowed, layers: [self.identity_layer()].into() },
        }
    }

    /// "The request is allowed only if both evaluations return a decision of Allow."
    fn across(&self, own: Layer, resource: bool, identity: bool, limits: Option<Layer>) -> Reading {
        let mut missing = BTreeSet::new();
        missing.extend((!resource).then_some(own));
        missing.extend((!identity).then_some(Layer::Identity));
        missing.extend(limits);
        if missing.is_empty() {
            return reading(Outcome::Allowed, self.identity_layer().into_iter().chain([own]));
        }
        reading(Outcome::ImplicitDeny, missing)
    }

    fn identity_allows(&self) -> bool {
        match &self.request.principal {
            // A session that the root user made has the root user's permissions for its identity-based ones.
            Principal::FederatedUser { user, .. } if matches!(**user, Principal::Root { .. }) => true,
            _ => self.found(Layer::Identity, false).next().is_some(),
        }
    }

    /// The layer to name where identity policies allow it: none for a session that the root user made.
    fn identity_layer(&self) -> Option<Layer> {
        self.found(Layer::Identity, false).next().map(|_| Layer::Identity)
    }

    /// The first of boundary and session policies that does not allow it.
    fn limits(&self) -> Option<Layer> {
        let allows = |layer| self.found(layer, false).next().is_some();
        if self.documents.boundary.is_some() && !allows(Layer::Boundary) {
            return Some(Layer::Boundary);
        }
        // "If you do not pass a policy, then the resulting federated user session has no permissions":
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
        let federated = matches!(self.request.principal, Principal::FederatedUser { .. });
        let limited = federated || self.documents.session.is_some();
        (limited && !allows(Layer::Session)).then_some(Layer::Session)
    }
}
