//! Attacks of a hostile plugin, each seen from three sides: what arrived on the wire, what the
//! plugin was told, and what the record says. The page about them lists every one of them.

mod addresses;
mod answers;
mod bodies;
mod deliveries;
mod echoes;
mod endpoints;
mod forms;
mod functions;
mod headers;
mod imports;
mod memory;
mod origins;
mod queries;
mod redirects;
mod repositories;
mod rotation;
mod ruins;
mod scene;
mod secret_fields;
mod small_files;
mod smuggling;
mod tenants;
mod turns;
mod webhooks;
