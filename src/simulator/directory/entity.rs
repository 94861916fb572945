//! What all objects of the directory have in common: an id and properties that can be selected one by one.

use serde_json::Value;

/// An object that Graph can show.
pub(crate) trait Entity {
    /// For example `user`; with `#microsoft.graph.` before it, the annotation of mixed collections.
    const TYPE: &'static str;
    /// Every property that `$select` may name.
    const PROPERTIES: &'static [&'static str];
    /// What it may name besides in `/beta`; nobody here sets any of it.
    const BETA: &'static [&'static str] = &[];
    /// What a collection shows without `$select`.
    const DEFAULT: &'static [&'static str];

    fn id(&self) -> &str;

    /// Writes the value of a property as JSON; an unknown name writes `null`.
    fn write(&self, property: &str, out: &mut Vec<u8>);

    /// The value of a property.
    fn value(&self, property: &str) -> Value {
        let mut out = Vec::new();
        self.write(property, &mut out);
        serde_json::from_slice(&out).unwrap_or_default()
    }

    /// The object with these properties.
    fn write_object(&self, properties: &[&str], annotations: &str, out: &mut Vec<u8>) {
        out.push(b'{');
        out.extend_from_slice(annotations.as_bytes());
        let mut first = annotations.is_empty();
        for property in properties {
            if !first {
                out.push(b',');
            }
            first = false;
            out.push(b'"');
            out.extend_from_slice(property.as_bytes());
            out.extend_from_slice(b"\":");
            self.write(property, out);
        }
        out.push(b'}');
    }
}

/// Declares a directory object with typed properties: the struct, its JSON form and its `Entity`.
macro_rules! entity {
    (
        $(#[$attribute:meta])*
        $name:ident as $kind:literal, default [$($default:literal),* $(,)?] {
            $( $(#[$field_attribute:meta])* $field:ident: $type:ty = $json:literal, )*
        }
        $( hidden { $( $(#[$hidden_attribute:meta])* $hidden:ident: $hidden_type:ty, )* } )?
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        #[allow(clippy::struct_field_names, reason = "fields are named after Graph's properties, in some objects alike")]
        pub(crate) struct $name {
            $( $(#[$field_attribute])* #[serde(rename = $json)] pub(crate) $field: $type, )*
            $( $( $(#[$hidden_attribute])* pub(crate) $hidden: $hidden_type, )* )?
        }

        impl $crate::directory::entity::Entity for $name {
            const TYPE: &'static str = $kind;
            const PROPERTIES: &'static [&'static str] = &[$($json),*];
            const DEFAULT: &'static [&'static str] = &[$($default),*];

            fn id(&self) -> &str {
                &self.id
            }

            fn write(&self, property: &str, out: &mut Vec<u8>) {
                let start = out.len();
                let written = match property {
                    $( $json => serde_json::to_writer(&mut *out, &self.$field), )*
                    _ => serde_json::to_writer(&mut *out, &()),
                };
                if written.is_err() {
                    out.truncate(start);
                    out.extend_from_slice(b"null");
                }
            }
        }
    };
}
pub(crate) use entity;
