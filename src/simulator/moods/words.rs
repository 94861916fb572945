//! Closed lists of words that moods are chosen from. The first of each is the default.

macro_rules! words {
    ($(
        $(#[$attribute:meta])*
        $name:ident {
            #[doc = $first_doc:literal]
            $first:ident,
            $( #[doc = $doc:literal] $other:ident, )+
        }
    )*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "snake_case")]
            pub(crate) enum $name {
                #[default]
                #[doc = $first_doc]
                $first,
                $( #[doc = $doc] $other, )+
            }

            impl $crate::moods::mood::Values for $name {
                fn values(_tries: &[&str]) -> Vec<$crate::moods::mood::Meaning> {
                    vec![
                        $crate::moods::mood::Meaning::of(&Self::$first, $first_doc),
                        $( $crate::moods::mood::Meaning::of(&Self::$other, $doc), )+
                    ]
                }
            }
        )*
    };
}
pub(super) use words;
