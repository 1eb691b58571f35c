//! What surrounds every page: document head, header, path, footer, and the texts of the printed margins.

use minijinja::{Environment, Value, context};

use super::theme::Theme;
use crate::diag::{Result, foreign};
use crate::disclosure::Published;
use crate::format;
use crate::model::{Audience, Scale, Site, State};
use crate::plan::{Output, Plan};
use crate::render::browser;

/// In a theme's `page_preloads`, the figures of the first view of the map, whose name is known when the site is.
const FIRST_FIGURES: &str = "donnees/valeurs/";

/// Depths of pages, from the root.
const DEPTHS: usize = 5;

/// In place of a depth: links from the mount point of the site.
pub(super) const ABSOLUTE: usize = DEPTHS;

/// Entry of the main menu that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    Home,
    Map,
    Compare,
    Rank,
    Scale(Scale),
    Indicators,
    Dictionary,
    Content,
}

impl Menu {
    const ALL: [Self; 11] = [
        Self::Home,
        Self::Map,
        Self::Compare,
        Self::Rank,
        Self::Scale(Scale::Commune),
        Self::Scale(Scale::Iris),
        Self::Scale(Scale::Qpv),
        Self::Scale(Scale::Residence),
        Self::Indicators,
        Self::Dictionary,
        Self::Content,
    ];

    fn id(self) -> &'static str {
        match self {
            Self::Home => "accueil",
            Self::Map => "carte",
            Self::Compare => "comparer",
            Self::Rank => "classement",
            Self::Scale(scale) => scale.segment(),
            Self::Indicators => "indicateurs",
            Self::Dictionary => "dictionnaire",
            Self::Content => "textes",
        }
    }

    fn rank(self) -> usize {
        Self::ALL.iter().position(|m| *m == self).unwrap_or(0)
    }
}

/// A step of the path that leads to a page.
#[derive(Debug, Clone)]
pub(super) struct Crumb {
    pub(super) label: String,
    /// Address relative to the root; none for the page itself.
    pub(super) href: Option<String>,
}

impl Crumb {
    pub(super) fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: Some(href.into()),
        }
    }

    pub(super) fn here(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: None,
        }
    }
}

/// What one page says of itself.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) title: String,
    pub(super) description: String,
    /// Place and code, at the top of each printed side.
    pub(super) place: String,
    /// Vintages, at the top of each printed side.
    pub(super) vintage: String,
    pub(super) class: &'static str,
    pub(super) menu: Option<Menu>,
    pub(super) crumbs: Vec<Crumb>,
    /// Whether the page lies outside the login.
    pub(super) public: bool,
    /// Kind of page, for the scripts of the theme.
    pub(super) tool: Option<&'static str>,
    /// Whether the page has its own style sheet of page heads beside it.
    pub(super) margins: bool,
}

/// Fragments that all pages share, by depth.
pub(super) struct Shell {
    site: Value,
    headers: Vec<Value>,
    footers: Vec<[Value; 2]>,
    roots: Vec<Value>,
    styles: Vec<String>,
    scripts: Vec<String>,
    page_scripts: std::collections::BTreeMap<String, Vec<String>>,
    page_styles: std::collections::BTreeMap<String, Vec<String>>,
    page_preloads: std::collections::BTreeMap<String, Vec<Value>>,
    confidential: [String; 2],
}

impl Shell {
    pub(super) fn new(
        site: &Site,
        published: &Published,
        plan: &Plan,
        theme: &Theme,
        env: &Environment<'_>,
    ) -> Result<Self> {
        let config = &site.config;
        let signs = State::ALL.map(|s| format!("{} {}", s.sign(), s.word())).join(" · ");
        let shared = context! {
            title => config.title.as_str(),
            publisher => config.publisher.as_str(),
            source => config.source_mention.as_str(),
            signs => format!("Signes : {signs}"),
            build => format!("édition {} · {}", config.edition_name(), site.build_id),
            build_id => site.build_id.as_str(),
            edition => format::date(config.edition),
            fictitious => config.fictitious,
            threshold => config.thresholds.dwellings,
            contact => config.contact.as_str(),
        };
        let mut nav = vec![
            (Menu::Home, "Accueil".to_owned(), "./".to_owned()),
            (Menu::Map, "Carte".to_owned(), "carte/".to_owned()),
        ];
        for scale in [Scale::Commune, Scale::Iris, Scale::Qpv, Scale::Residence] {
            if site.territories.count(scale) > 0 {
                nav.push((
                    Menu::Scale(scale),
                    config.scale_plural(scale).to_owned(),
                    format!("{}/", scale.segment()),
                ));
            }
        }
        nav.push((Menu::Compare, "Comparer".to_owned(), "comparer/".to_owned()));
        nav.push((Menu::Rank, "Classer".to_owned(), "classement/".to_owned()));
        nav.push((Menu::Indicators, "Indicateurs".to_owned(), "indicateurs/".to_owned()));
        nav.push((Menu::Dictionary, "Dictionnaire".to_owned(), "dictionnaire/".to_owned()));
        let mut links = vec![
            context! { label => "Sources", href => "sources/", absolute => false },
            context! { label => "Dictionnaire", href => "dictionnaire/", absolute => false },
            context! { label => "Guide de lecture", href => "guide/", absolute => false },
            context! { label => "Dossiers de commission", href => "seances/", absolute => false },
        ];
        // Every page of content/ outside the sections is one link away.
        let mut contents: Vec<(usize, &crate::model::Content)> = site
            .contents
            .iter()
            .enumerate()
            .filter(|(_, c)| !c.slug.contains('/'))
            .collect();
        contents.sort_by_key(|(i, c)| (c.order, *i));
        for (i, content) in contents {
            if let Some(address) = plan
                .address(&Output::Content(i))
                .filter(|_| content.audience != Audience::Administration)
            {
                links.push(context! { label => content.title.as_str(), href => address, absolute => false });
            }
        }
        links.push(context! { label => "Contact", href => format!("mailto:{}", config.contact), absolute => true });

        let mut headers = Vec::new();
        let mut footers = Vec::new();
        let mut roots = Vec::new();
        for depth in 0..=ABSOLUTE {
            let root = if depth == ABSOLUTE {
                config.base_path.clone()
            } else {
                "../".repeat(depth)
            };
            let home = if depth == 0 { "./".to_owned() } else { root.clone() };
            for menu in Menu::ALL {
                let items: Vec<Value> = nav
                    .iter()
                    .map(|(m, label, href)| {
                        let href = if *m == Menu::Home && depth > 0 {
                            ""
                        } else {
                            href.as_str()
                        };
                        context! { id => m.id(), label, href }
                    })
                    .collect();
                headers.push(fragment(
                    site,
                    env,
                    "partials/header.html",
                    context! {
                        root => root.as_str(),
                        home => home.as_str(),
                        nav => items,
                        current => menu.id(),
                        site => shared.clone(),
                    },
                )?);
            }
            let footer = |public: bool| {
                fragment(
                    site,
                    env,
                    "partials/footer.html",
                    context! { root => root.as_str(), links => links.clone(), public, site => shared.clone() },
                )
            };
            footers.push([footer(false)?, footer(true)?]);
            roots.push(Value::from(root));
        }
        let path = |name: &String| theme.asset_path(name);
        let demonstration = if config.fictitious {
            " Données fictives — démonstration."
        } else {
            ""
        };
        Ok(Self {
            site: shared,
            headers,
            footers,
            roots,
            styles: theme.settings.styles.iter().filter_map(path).collect(),
            scripts: theme.settings.scripts.iter().filter_map(path).collect(),
            page_scripts: by_kind(&theme.settings.page_scripts, path),
            page_styles: by_kind(&theme.settings.page_styles, path),
            page_preloads: by_kind(&theme.settings.page_preloads, |name| {
                let data = name.starts_with("donnees/");
                let href = match name.as_str() {
                    FIRST_FIGURES => browser::first_figures(site, published).map(|path| format!("donnees/{path}")),
                    _ if data => Some(name.clone()),
                    _ => theme.asset_path(name),
                };
                href.map(|href| context! { href, data })
            }),
            confidential: [
                format!(
                    "Confidentiel, réservé aux partenaires de la convention. Valable jusqu’à la prochaine actualisation.{demonstration}"
                ),
                format!("Page publique de l’atlas. Valable jusqu’à la prochaine actualisation.{demonstration}"),
            ],
        })
    }

    /// Makes the context of a page at a depth from what the page says of itself and its own values.
    pub(super) fn context(&self, depth: usize, about: About, own: Value) -> Value {
        let depth = depth.min(ABSOLUTE);
        let menu = about.menu.unwrap_or(Menu::Content);
        let of = |all: &std::collections::BTreeMap<String, Vec<String>>| about.tool.and_then(|t| all.get(t)).cloned();
        let styles = of(&self.page_styles).unwrap_or_else(|| self.styles.clone());
        // Public pages are read before the login: they ask for nothing that lies behind it.
        let scripts = match of(&self.page_scripts) {
            Some(own) => own,
            None if about.public => Vec::new(),
            None => self.scripts.clone(),
        };
        let preloads = about
            .tool
            .and_then(|t| self.page_preloads.get(t))
            .cloned()
            .unwrap_or_default();
        let page = context! {
            title => about.title,
            description => about.description,
            place => about.place,
            vintage => about.vintage,
            class => about.class,
            crumbs => about.crumbs.into_iter().map(|c| context! { label => c.label, href => c.href }).collect::<Vec<_>>(),
            styles,
            scripts,
            preloads,
            margins => about.margins,
            header => self.headers[depth * Menu::ALL.len() + menu.rank()].clone(),
            footer => self.footers[depth][usize::from(about.public)].clone(),
            confidential => self.confidential[usize::from(about.public)].as_str(),
        };
        context! {
            root => self.roots[depth].clone(),
            site => self.site.clone(),
            patterns => Value::from_safe_string(crate::render::draw::legend::PATTERNS.to_owned()),
            page,
            ..own
        }
    }
}

/// Resolves the names of each kind of page; those that lead nowhere are left out.
fn by_kind<T>(
    names: &std::collections::BTreeMap<String, Vec<String>>,
    path: impl Fn(&String) -> Option<T>,
) -> std::collections::BTreeMap<String, Vec<T>> {
    names
        .iter()
        .map(|(kind, names)| (kind.clone(), names.iter().filter_map(&path).collect()))
        .collect()
}

fn fragment(site: &Site, env: &Environment<'_>, name: &str, context: Value) -> Result<Value> {
    env.get_template(name)
        .and_then(|t| t.render(context))
        .map(Value::from_safe_string)
        .map_err(|e| foreign::template(&e, &site.config.theme).into())
}

/// Marks a string as HTML that templates leave as it is.
pub(super) fn safe(html: impl Into<String>) -> Value {
    Value::from_safe_string(html.into())
}
