//! The page of an indicator: what it means, its maps, its tables, its vintages, at each scale where it may be read.

use minijinja::{Value, context};

use super::column::{At, Column};
use super::shell::{About, Crumb, Menu, safe};
use super::{Renderer, markup, reference, table};
use crate::diag::Result;
use crate::format;
use crate::model::{Iid, Kind, Scale, Tid, Vintage};
use crate::plan;

/// Rows of a table beyond which only the first and last are written, with the way to the others.
const LONG: usize = 130;
/// Residences shown, from the highest.
const RESIDENCES: usize = 25;

/// Renders the page of an indicator.
pub(super) fn page(r: &Renderer<'_>, iid: Iid) -> Result<String> {
    let site = r.site;
    let x = site.dictionary.get(iid);
    let root = "../../";
    let scales: Vec<Scale> = Scale::ALL
        .into_iter()
        .filter(|s| r.published.is_open(iid, *s) && r.published.latest(iid, *s).is_some())
        .collect();
    let mut sections = Vec::new();
    let mut tabs = Vec::new();
    let first = scales.iter().find_map(|s| r.published.latest(iid, *s).map(|v| (*s, v)));
    if let Some((scale, _)) = first.filter(|(s, _)| r.published.vintages(iid, *s).len() > 1)
        && let Some(section) = vintages(r, iid, scale)
    {
        tabs.push(context! { id => "millesimes", label => "Millésimes" });
        sections.push(section);
    }
    for scale in scales.iter().copied().filter(|s| *s != Scale::Metropole) {
        let Some(vintage) = r.published.latest(iid, scale) else {
            continue;
        };
        tabs.push(context! { id => scale.segment(), label => site.config.scale_plural(scale) });
        sections.push(at_scale(r, iid, scale, vintage, root));
    }
    if x.thematic_only {
        sections.extend(r.maps.grid(r, iid));
    }
    let theme = site
        .config
        .theme(&x.theme)
        .map_or(x.theme.as_str(), |t| t.label.as_str());
    let mut facts = Vec::new();
    let mut fact = |label: &str, html: String| facts.push(context! { label, html => safe(html) });
    fact(
        "Unité",
        markup::escaped(&format!("{} ({})", reference::unit(x), x.kind.label())),
    );
    let formula = reference::formula(r, x);
    if !formula.is_empty() {
        fact("Calcul", markup::escaped(&formula));
    }
    if !x.direction.words().is_empty() {
        fact("Lecture", x.direction.words().to_owned());
    }
    if !x.categories.is_empty() {
        let labels: Vec<&str> = x.categories.iter().map(|c| c.label.as_str()).collect();
        fact(
            if x.kind.is_word() {
                "Mots possibles"
            } else {
                "Modalités"
            },
            markup::escaped(&labels.join(", ")),
        );
    }
    fact("Source", reference::source_link(r, x, root));
    if let Some(source) = site.source(&x.source) {
        fact("Licence", markup::escaped(&source.licence));
        let cadence = match source.cadence_years {
            Some(1) => "annuelle".to_owned(),
            Some(n) => format!("tous les {n} ans"),
            None => "non fixée".to_owned(),
        };
        fact("Cadence", cadence);
        for (year, why) in source.breaks_of(&x.id) {
            fact(
                "Rupture",
                format!(
                    "{year}\u{A0}: {} ; les millésimes antérieurs ne se comparent pas",
                    markup::escaped(why)
                ),
            );
        }
    }
    if let Some(coverage) = x.coverage {
        let c = site.dictionary.get(coverage);
        let mut html = String::new();
        let address = r
            .plan
            .address(&plan::Output::Indicator(coverage))
            .unwrap_or("dictionnaire/");
        markup::link(&mut html, root, address, &markup::escaped(&c.label));
        html.push_str(&format!(
            " ; sous {}\u{A0}%, le chiffre n’est pas donné (cp)",
            format::number(site.config.coverage.minimum, 0)
        ));
        fact("Couverture", html);
    }
    fact(
        "Se lit à",
        markup::escaped(&if x.thematic_only {
            "la carte seulement, en classes".to_owned()
        } else {
            reference::scale_names(r, x.view)
        }),
    );
    fact(
        "S’exporte à",
        markup::escaped(&reference::scale_names(
            r,
            if x.thematic_only { Default::default() } else { x.export },
        )),
    );
    let vintage = first.map(|(_, v)| v.label()).unwrap_or_default();
    let about = About {
        title: format!("{} ({})", x.label, x.id),
        description: x.definition.clone(),
        place: format!("{} · {}", x.label, x.id),
        vintage,
        class: "p-indicateur",
        menu: Some(Menu::Indicators),
        crumbs: vec![
            Crumb::link("Accueil", ""),
            Crumb::link("Indicateurs", "indicateurs/"),
            Crumb::link(theme, format!("themes/{}/", x.theme)),
            Crumb::here(x.label.clone()),
        ],
        ..About::default()
    };
    let own = context! {
        title => x.label.as_str(),
        id => x.id.as_str(),
        theme,
        definition => x.definition.as_str(),
        facts,
        note => x.note.as_str(),
        tabs => if tabs.len() > 1 { tabs } else { Vec::new() },
        sections,
    };
    r.render("indicateur.html", r.shell.context(2, about, own))
}

fn columns<'a>(r: &Renderer<'a>, iid: Iid, vintage: Vintage) -> Vec<Column<'a>> {
    let x = r.site.dictionary.get(iid);
    x.cells()
        .map(|category| Column::new(r.site, r.published, iid, category, vintage))
        .collect()
}

/// The metropole (or the widest open scale with one place) over all vintages.
fn vintages(r: &Renderer<'_>, iid: Iid, scale: Scale) -> Option<Value> {
    if scale != Scale::Metropole {
        return None;
    }
    let site = r.site;
    let at = At::new(site, site.territories.metropole());
    let all = r.published.vintages(iid, scale);
    let columns: Vec<Vec<Column<'_>>> = all.iter().map(|v| columns(r, iid, *v)).collect();
    let x = site.dictionary.get(iid);
    let mut html = format!(
        "<section class=\"scroll\" aria-label=\"Valeurs par millésime\" tabindex=\"0\">\n<table class=\"series\">\n<caption>{}, {}</caption>\n<thead><tr><th scope=\"col\">{}</th>",
        markup::escaped(&x.label),
        markup::escaped(&site.config.metropole.name),
        if x.is_split() { "Modalité" } else { "Indicateur" }
    );
    for vintage in all {
        html.push_str(&format!("<th scope=\"col\" class=\"n\">{}</th>", vintage.label()));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for i in 0..columns.first()?.len() {
        html.push_str("<tr class=\"me\"><th scope=\"row\">");
        html.push_str(&columns[0][i].label);
        html.push_str("</th>");
        for of_vintage in &columns {
            let column = &of_vintage[i];
            table::cell(&mut html, column, &at, column.get(at.scale, at.rank), 0, "");
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</section>\n");
    Some(context! {
        id => "millesimes",
        title => "Millésimes",
        about => site.config.metropole.name.as_str(),
        html => safe(html),
    })
}

fn at_scale(r: &Renderer<'_>, iid: Iid, scale: Scale, vintage: Vintage, root: &str) -> Value {
    let site = r.site;
    let x = site.dictionary.get(iid);
    let columns = columns(r, iid, vintage);
    // The map shows the indicator, or its first category: the table has them all.
    let drawing = columns.first().and_then(|column| {
        let prefix = format!("{}-", scale.segment());
        match (scale, x.kind) {
            (Scale::Residence, _) | (_, Kind::Text) => None,
            (_, Kind::Count | Kind::Distance) => r.maps.symbols(r, column, scale, root, &prefix),
            _ => r.maps.choropleth(r, column, scale, None, root, &prefix),
        }
    });
    let mut html = String::new();
    if scale == Scale::Residence {
        residences(r, &mut html, &columns, root);
    } else {
        territories(r, &mut html, &columns, scale, root);
    }
    let mapped = if x.is_split() && drawing.is_some() {
        format!(" · carte\u{A0}: {}", columns[0].label)
    } else {
        String::new()
    };
    context! {
        id => scale.segment(),
        title => site.config.scale_plural(scale),
        about => safe(format!("{}{mapped}", vintage.label())),
        map => drawing.as_ref().map(|d| safe(d.0.clone())),
        legend => drawing.as_ref().map(|d| safe(d.1.clone())),
        html => safe(html),
    }
}

fn head(r: &Renderer<'_>, out: &mut String, columns: &[Column<'_>], scale: Scale, caption: &str) {
    out.push_str("<section class=\"scroll\" aria-label=\"");
    markup::esc(out, caption);
    out.push_str("\" tabindex=\"0\">\n<table class=\"many\">\n<caption>");
    markup::esc(out, caption);
    out.push_str("</caption>\n<thead><tr><th scope=\"col\">");
    out.push_str(r.label(scale));
    out.push_str("</th>");
    if matches!(scale, Scale::Iris | Scale::Residence) {
        out.push_str("<th scope=\"col\">");
        out.push_str(r.label(Scale::Commune));
        out.push_str("</th>");
    }
    for column in columns {
        out.push_str("<th scope=\"col\" class=\"n\">");
        out.push_str(&column.label);
        out.push_str(&column.unit());
        out.push_str("</th>");
    }
    out.push_str("</tr></thead>\n<tbody>\n");
}

fn row(r: &Renderer<'_>, out: &mut String, columns: &[Column<'_>], tid: Tid, root: &str) {
    let site = r.site;
    let at = At::new(site, tid);
    let territory = site.territories.get(tid);
    out.push_str("<tr><th scope=\"row\">");
    markup::link(out, root, &plan::folder(site, tid), &markup::escaped(&territory.name));
    out.push_str(" <span class=\"code\">");
    markup::esc(out, territory.code.as_str());
    out.push_str("</span></th>");
    if matches!(at.scale, Scale::Iris | Scale::Residence) {
        out.push_str("<td class=\"txt\">");
        if let Some(commune) = territory.lineage.commune {
            markup::esc(out, &site.territories.get(commune).name);
        }
        out.push_str("</td>");
    }
    for column in columns {
        table::cell(out, column, &at, column.get(at.scale, at.rank), 0, "");
    }
    out.push_str("</tr>\n");
}

fn territories(r: &Renderer<'_>, out: &mut String, columns: &[Column<'_>], scale: Scale, root: &str) {
    let site = r.site;
    let mut list: Vec<Tid> = site.territories.of(scale).collect();
    list.sort_by_key(|t| {
        let territory = site.territories.get(*t);
        (
            territory.lineage.commune.filter(|_| scale == Scale::Iris),
            format::fold(&territory.name),
        )
    });
    let Some(first) = columns.first() else { return };
    let name = site.config.scale_plural(scale);
    if list.len() <= LONG {
        let caption = format!("{}, {name}, {}", first.indicator.label, first.cell.vintage.label());
        head(r, out, columns, scale, &caption);
        for tid in list {
            row(r, out, columns, tid, root);
        }
        out.push_str("</tbody>\n</table>\n</section>\n");
        return;
    }
    extremes(r, out, columns, scale, &list, LONG / 2, root);
    out.push_str("<p class=\"note\">Toutes les valeurs se lisent sur la fiche de chaque commune, qui liste ses IRIS, et dans les classeurs du thème.</p>\n");
}

/// First published values from the highest, and how many are not published.
fn extremes(
    r: &Renderer<'_>,
    out: &mut String,
    columns: &[Column<'_>],
    scale: Scale,
    list: &[Tid],
    most: usize,
    root: &str,
) {
    let Some(first) = columns.first() else { return };
    let mut shown: Vec<(Tid, f64)> = list
        .iter()
        .filter_map(|t| Some((*t, first.get(scale, r.site.territories.rank(*t))?.value()?)))
        .collect();
    shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if shown.is_empty() {
        return;
    }
    let caption = format!(
        "{}\u{A0}: {} plus fortes valeurs sur {} publiées, {}",
        first.indicator.label,
        most.min(shown.len()),
        format::integer(shown.len() as u64),
        first.cell.vintage.label()
    );
    head(r, out, columns, scale, &caption);
    for (tid, _) in shown.iter().take(most) {
        row(r, out, columns, *tid, root);
    }
    out.push_str("</tbody>\n</table>\n</section>\n");
}

fn residences(r: &Renderer<'_>, out: &mut String, columns: &[Column<'_>], root: &str) {
    let list: Vec<Tid> = r.site.territories.of(Scale::Residence).collect();
    let Some(first) = columns.first() else { return };
    if first.indicator.kind.is_word() {
        words(r, out, first, &list);
    } else {
        extremes(r, out, columns, Scale::Residence, &list, RESIDENCES, root);
    }
    out.push_str("<p class=\"note\">Les résidences se lisent une à une sur leur fiche, par commune dans ");
    markup::link(out, root, "residences/", "la liste des résidences");
    out.push_str(", et toutes ensemble dans le classeur du thème.</p>\n");
}

/// Number of residences by word; those hidden are counted with their sign.
fn words(r: &Renderer<'_>, out: &mut String, column: &Column<'_>, list: &[Tid]) {
    let mut counts = vec![0usize; column.indicator.categories.len()];
    let mut others = 0;
    for tid in list {
        match column
            .get(Scale::Residence, r.site.territories.rank(*tid))
            .and_then(|f| f.word())
        {
            Some(word) => counts[usize::from(word)] += 1,
            None => others += 1,
        }
    }
    out.push_str(&format!(
        "<table class=\"legend\">\n<caption>{}, {}</caption>\n<thead><tr><th scope=\"col\">Mot</th><th scope=\"col\" class=\"n\">Résidences</th></tr></thead>\n<tbody>\n",
        column.label,
        column.cell.vintage.label()
    ));
    for (category, count) in column.indicator.categories.iter().zip(counts) {
        out.push_str("<tr><th scope=\"row\">");
        markup::esc(out, &category.label);
        out.push_str("</th><td class=\"n\">");
        markup::count(out, "mot", count);
        out.push_str("</td></tr>\n");
    }
    out.push_str("<tr><th scope=\"row\">sans mot publié</th><td class=\"n\">");
    markup::count(out, "mot", others);
    out.push_str("</td></tr>\n</tbody>\n</table>\n");
}
