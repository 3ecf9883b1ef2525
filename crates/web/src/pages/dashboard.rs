//! The dashboard: a tile for each functionality that the operator may use.

use askama::Template;
use poem::http::StatusCode;

use crate::context::{Answer, Context};
use crate::page::Page;

struct Tile {
    name: String,
    description: String,
    url: String,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard<'a> {
    page: Page<'a>,
    tiles: Vec<Tile>,
}

pub(crate) async fn show(cx: &Context) -> Answer {
    let page = Page::new(cx, "dashboard-title");
    let mut tiles = Vec::new();
    if page.sees_operators() {
        tiles.push(Tile {
            name: cx.text("operators-title"),
            description: cx.text("operators-tile"),
            url: page.at("/operators"),
        });
    }
    if page.sees_roles() {
        tiles.push(Tile { name: cx.text("roles-title"), description: cx.text("roles-tile"), url: page.at("/roles") });
    }
    if page.sees_parameters() {
        tiles.push(Tile {
            name: cx.text("parameters-title"),
            description: cx.text("parameters-tile"),
            url: page.at("/parameters"),
        });
    }
    if page.sees_audit() {
        tiles.push(Tile { name: cx.text("audit-title"), description: cx.text("audit-tile"), url: page.at("/audit") });
    }
    if page.sees_mail() {
        tiles.push(Tile { name: cx.text("mail-title"), description: cx.text("mail-tile"), url: page.at("/mail") });
    }
    tiles.extend(page.functionalities().into_iter().map(|functionality| Tile {
        name: functionality.name.clone(),
        description: functionality.description.clone(),
        url: functionality.url.clone().unwrap_or_default(),
    }));
    Ok(cx.html(StatusCode::OK, &Dashboard { page, tiles }))
}
