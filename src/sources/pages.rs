//! What a definition says about one kind of page: its addresses, links, listings and paging.

use crate::domain::PageRole;
use regex::Regex;
use scraper::Selector;

/// One kind of page of a source.
#[derive(Clone, Debug)]
pub struct PageDef {
    /// What the page is for.
    pub role: PageRole,
    /// Which addresses are such a page.
    pub url_pattern: Regex,
    /// Which links lead on.
    pub links: Vec<LinkRule>,
    /// Where the listings stand; `None` for a page that only leads on.
    pub items: Option<ItemRule>,
    /// How the list goes on.
    pub paging: Paging,
}

/// Links of one sort.
#[derive(Clone, Debug)]
pub struct LinkRule {
    /// Where they stand.
    pub from: LinkPlace,
    /// What they lead to.
    pub to: PageRole,
    /// How the address is made; without it the `href` or the string itself is the address.
    pub template: Option<Template>,
}

/// Where links stand.
#[derive(Clone, Debug)]
pub enum LinkPlace {
    /// Elements of an HTML page.
    Css(CssPath),
    /// A JSON array, one link an entry.
    Pointer(String),
}

/// A CSS selector, and the attribute to read where it is not the text; written `selector@attribute`.
#[derive(Clone, Debug)]
pub struct CssPath {
    /// The selector as written, without the attribute.
    pub text: String,
    /// `None` means the element at hand.
    pub selector: Option<Selector>,
    /// The attribute; `None` is the visible text.
    pub attr: Option<String>,
}

/// Where a value stands.
#[derive(Clone, Debug)]
pub enum FieldPlace {
    /// In an element.
    Css(CssPath),
    /// In the JSON item, RFC 6901.
    Pointer(String),
    /// In the script state object of an HTML page, written `state:/pointer`.
    State(String),
    /// In an element of the whole HTML page although the items are parts of it, written `page:selector`: the subject of a
    /// thread above its posts.
    Page(CssPath),
}

/// An address with holes, for example `/share/item?id={/id}`.
#[derive(Clone, Debug)]
pub struct Template {
    /// In order.
    pub pieces: Vec<Piece>,
}

/// A part of a [`Template`].
#[derive(Clone, Debug)]
pub enum Piece {
    /// As is.
    Literal(String),
    /// The value at that place, percent-encoded unless it is the whole template.
    Hole(FieldPlace),
}

/// Where the listings of a page stand and how their fields are read.
#[derive(Clone, Debug)]
pub struct ItemRule {
    /// One listing each.
    pub each: ItemsAt,
    /// The listing's own address; without it the page's address, with `#key` where a page has several.
    pub address: Option<Template>,
    /// What tells items without an address apart; without it a digest of their text.
    pub key: Option<FieldPlace>,
    /// Words before the state object in a script, for example `window.__STATE__`.
    pub state: Option<String>,
    /// Where the item's number on the page stands, such as the floor of a post; kept with the origins.
    pub floor: Option<FieldPlace>,
    /// Makes one address of the pages that one list of items is spread over, so that an item keeps its identity when it
    /// moves from one to the next.
    pub same_page: Option<SamePage>,
    /// Parts of an item that are not its own text, such as the quotation of another post.
    pub drop: Vec<CssPath>,
    /// An item with a shorter text is none; 0 takes all.
    pub least_chars: u32,
    /// Fields whose JSON strings hold HTML.
    pub html: Vec<Field>,
    /// Fields in the order of [`Field::ALL`].
    pub fields: Vec<FieldRule>,
}

/// A rewriting of a page's canonical address.
#[derive(Clone, Debug)]
pub struct SamePage {
    /// What an address looks like.
    pub pattern: Regex,
    /// What it becomes, with `$1` for the first group.
    pub to: String,
}

/// Where the listings are.
#[derive(Clone, Debug)]
pub enum ItemsAt {
    /// The page is one listing.
    Page,
    /// One element each.
    Css(CssPath),
    /// One entry each of a JSON array.
    Pointer(String),
}

/// A field and the places where it may stand, the first that has a value wins.
#[derive(Clone, Debug)]
pub struct FieldRule {
    /// Which.
    pub field: Field,
    /// Where.
    pub places: Vec<FieldPlace>,
}

/// The fields that a definition can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Headline.
    Title,
    /// Text.
    Body,
    /// Who posted.
    Author,
    /// Price as shown.
    Price,
    /// Place as shown.
    Location,
    /// City the post is filed under.
    SiteCity,
    /// Day of posting, in any of the ways sites write it.
    PostedAt,
}

impl Field {
    /// All, in the order in which origins are listed.
    pub const ALL: [Self; 7] =
        [Self::Title, Self::Body, Self::Author, Self::Price, Self::Location, Self::SiteCity, Self::PostedAt];

    /// The name in definitions and in [`FieldOrigin`](crate::domain::FieldOrigin).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Body => "body",
            Self::Author => "author",
            Self::Price => "price",
            Self::Location => "location",
            Self::SiteCity => "site_city",
            Self::PostedAt => "posted_at",
        }
    }
}

/// How a list goes on.
#[derive(Clone, Debug)]
pub enum Paging {
    /// It does not.
    None,
    /// A link says where.
    NextLink {
        /// The link.
        selector: CssPath,
    },
    /// Pages have numbers; the list ends with the first page without rows.
    PageNumber {
        /// Where the number goes.
        place: ParamPlace,
        /// The number of the first page.
        first: u32,
        /// The greatest number ever asked for.
        max: u32,
    },
    /// Pages begin at a row; the list ends with the first page without rows.
    Offset {
        /// Where the number of the first row goes.
        place: ParamPlace,
        /// Rows of one page.
        step: u32,
        /// The greatest offset ever asked for.
        max: u32,
    },
    /// The answer names the next page.
    Cursor {
        /// Where the answer has it.
        pointer: String,
        /// Where the answer says that there is no more.
        more: Option<String>,
        /// Where the request wants it.
        place: ParamPlace,
        /// The longest chain. One answer does not know how many came before it, so the chain is counted by depth and
        /// this is checked to be no more than `max_depth`.
        max: u32,
    },
}

/// Where a request carries a page number or cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamPlace {
    /// In the query.
    Query {
        /// The parameter's name.
        param: String,
    },
    /// In the JSON body.
    Body {
        /// RFC 6901.
        pointer: String,
    },
}
