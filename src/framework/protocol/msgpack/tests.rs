//! Bytes that real cores sent, and round trips of arbitrary values of arbitrary types.

use proptest::prelude::*;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

/// The type of the two recorded values below.
fn recorded_type() -> Type {
    Type::from_json(
        r#"["object",{"big":"string","dyn":"dynamic","id":"string","l":["list","string"],"name":"string",
            "num":"number","obj":["object",{"a":"string","b":"number"}]}]"#,
    )
    .unwrap()
}

#[test]
fn a_configuration_as_terraform_sends_it_reads_and_writes_back() {
    let bytes = hex(
        "87 a3626967 c0 a364796e 92 c443 5b226f626a656374222c7b2278223a226e756d626572222c2279223a5b227475706c65222c
         5b22626f6f6c222c2264796e616d6963222c22737472696e67225d5d7d5d
         82 a178 01 a179 93 c3 c0 a173 a26964 c0 a16c 92 a178 c0 a46e616d65 a26869
         a36e756d cb3ff8000000000000 a36f626a 82 a161 a171 a162 c0",
    );
    let value = decode(&bytes, &recorded_type()).unwrap();
    let own =
        Type::from_json(r#"["object",{"x":"number","y":["tuple",["bool","dynamic","string"]]}]"#).unwrap();
    let inner = Value::object([
        ("x", number("1")),
        ("y", Value::List(vec![Value::Bool(true), Value::Null, Value::string("s")])),
    ]);
    let expected = Value::object([
        ("big", Value::Null),
        ("dyn", Value::Dynamic(own, Box::new(inner))),
        ("id", Value::Null),
        ("l", Value::List(vec![Value::string("x"), Value::Null])),
        ("name", Value::string("hi")),
        ("num", number("1.5")),
        ("obj", Value::object([("a", Value::string("q")), ("b", Value::Null)])),
    ]);
    assert_eq!(value, expected);
    assert_eq!(encode(&value, &recorded_type()).unwrap(), bytes);
}

#[test]
fn refined_unknowns_are_unknown_and_lose_their_refinements() {
    let bytes = hex(
        "87 a3626967 c0 a364796e 92 c408 22737472696e6722 d40000 a26964 c0 a16c 92 c7030c8101c2 c7030c8101c2
         a46e616d65 c7090c8201c202a47072652d a36e756d c7070c8201c2039200c3 a36f626a c0",
    );
    let value = decode(&bytes, &recorded_type()).unwrap();
    let expected = Value::object([
        ("big", Value::Null),
        ("dyn", Value::Dynamic(Type::String, Box::new(Value::Unknown))),
        ("id", Value::Null),
        ("l", Value::List(vec![Value::Unknown, Value::Unknown])),
        ("name", Value::Unknown),
        ("num", Value::Unknown),
        ("obj", Value::Null),
    ]);
    assert_eq!(value, expected);
    assert_eq!(encode(&Value::Unknown, &Type::String).unwrap(), hex("d40000"));
}

#[test]
fn numbers_of_every_width_read_as_what_they_are() {
    for (bytes, expected) in [
        ("01", "1"),
        ("7f", "127"),
        ("d0df", "-33"),
        ("ccff", "255"),
        ("cd0100", "256"),
        ("ce00010000", "65536"),
        ("cf0000000100000000", "4294967296"),
        ("cfffffffffffffffff", "18446744073709551615"),
        ("d38000000000000000", "-9223372036854775808"),
        ("ca3fc00000", "1.5"),
        ("cb3ff8000000000000", "1.5"),
        ("a3302e31", "0.1"),
        ("a431653330", "1000000000000000000000000000000"),
    ] {
        assert_eq!(decode(&hex(bytes), &Type::Number).unwrap(), number(expected), "{bytes}");
    }
    for bytes in ["cb7ff0000000000000", "cb7ff8000000000000", "a178", "c3", "a0"] {
        assert!(decode(&hex(bytes), &Type::Number).is_err(), "{bytes}");
    }
}

#[test]
fn numbers_are_written_as_core_writes_them() {
    for (text, bytes) in [
        ("1", "01"),
        ("-33", "d0df"),
        ("255", "ccff"),
        ("65536", "ce00010000"),
        ("9223372036854775807", "cf7fffffffffffffff"),
        ("-9223372036854775808", "d38000000000000000"),
        ("9223372036854775808", "b339323233333732303336383534373735383038"),
        ("1.5", "cb3ff8000000000000"),
        ("0.1", "a3302e31"),
        ("0.30000000000000004", "b3302e3330303030303030303030303030303034"),
    ] {
        assert_eq!(encode(&number(text), &Type::Number).unwrap(), hex(bytes), "{text}");
    }
}

#[test]
fn digits_beyond_a_float_survive() {
    let third = format!("0.{}", "3".repeat(150));
    for text in
        ["12345678901234567890.5", "3.14159265358979323846264338327950288419716939937510582097494459", &third]
    {
        let bytes = encode(&number(text), &Type::Number).unwrap();
        assert_eq!(decode(&bytes, &Type::Number).unwrap(), number(text));
    }
}

#[test]
fn text_is_normalised_as_core_normalises_it() {
    assert_eq!(decode(&hex("a365cc81"), &Type::String).unwrap(), Value::String("\u{e9}".to_owned()));
}

#[test]
fn a_dynamic_null_may_have_a_type() {
    assert_eq!(decode(&hex("c0"), &Type::Dynamic).unwrap(), Value::Null);
    let typed = Value::Dynamic(Type::Bool, Box::new(Value::Null));
    let bytes = encode(&typed, &Type::Dynamic).unwrap();
    assert_eq!(bytes, hex("92 c406 22626f6f6c22 c0"));
    assert_eq!(decode(&bytes, &Type::Dynamic).unwrap(), typed);
}

#[test]
fn attributes_may_come_in_any_order() {
    let ty = Type::object([("a", Type::String), ("b", Type::Bool)]);
    let expected = Value::object([("a", Value::string("x")), ("b", Value::Bool(true))]);
    for bytes in ["82 a161a178 a162c3", "82 a162c3 a161a178"] {
        assert_eq!(decode(&hex(bytes), &ty).unwrap(), expected);
    }
}

#[test]
fn objects_have_exactly_their_attributes() {
    let ty = Type::object([("a".to_owned(), Type::String), ("b".to_owned(), Type::String)]);
    let error = |bytes: &str| decode(&hex(bytes), &ty).unwrap_err().to_string();
    assert_eq!(error("80"), "a: the attribute is missing");
    assert_eq!(error("83 a161c0 a162c0 a163c0"), "unsupported attribute `c`");
    assert_eq!(error("82 a161c0 a163c0"), "unsupported attribute `c`");
    assert_eq!(error("82 a161c0 c0c0"), "a key is not a string");
    assert_eq!(error("82 a161c3 a162c0"), "a: a string is required");
    let value = Value::object([("a", Value::Null)]);
    assert_eq!(encode(&value, &ty).unwrap_err().to_string(), "b: the attribute is missing");
}

#[test]
fn broken_bytes_are_errors() {
    for bytes in ["", "a5 6162", "01 01", "dd ffffffff", "92 c3 c0"] {
        let ty = Type::Dynamic;
        assert!(decode(&hex(bytes), &ty).is_err(), "{bytes}");
    }
    let deep = [vec![0x91; 5000], vec![0xc0]].concat();
    assert!(decode(&deep, &Type::list(Type::String)).is_err());
}

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::String), Just(Type::Number), Just(Type::Bool), Just(Type::Dynamic)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Type::object),
        ]
    })
}

fn numbers() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i64>().prop_map(|number| Value::Number(number.into())),
        any::<u64>().prop_map(|number| Value::Number(number.into())),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{0,40}[1-9])?".prop_map(|text| number(&text)),
    ]
}

/// Values of a type, unknown and null at every level.
fn values(ty: &Type) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::String => any::<String>().prop_map(Value::string).boxed(),
        Type::Number => numbers().boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => types()
            .prop_filter("a dynamic value has a type of its own", |own| *own != Type::Dynamic)
            .prop_flat_map(|own| {
                values(&own).prop_map(move |inner| Value::Dynamic(own.clone(), Box::new(inner)))
            })
            .boxed(),
        Type::List(element) => prop::collection::vec(values(element), 0..3).prop_map(Value::List).boxed(),
        Type::Set(element) => prop::collection::vec(values(element), 0..3).prop_map(Value::set).boxed(),
        Type::Map(element) => {
            prop::collection::btree_map("[a-c]?", values(element), 0..3).prop_map(Value::object).boxed()
        }
        Type::Tuple(types) => types.iter().map(values).collect::<Vec<_>>().prop_map(Value::List).boxed(),
        Type::Object { attributes, .. } => {
            let names: Vec<Name> = attributes.keys().cloned().collect();
            let members = attributes.values().map(values).collect::<Vec<_>>();
            members.prop_map(move |members| Value::object(names.iter().cloned().zip(members))).boxed()
        }
    };
    prop_oneof![6 => known, 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
}

proptest! {
    #[test]
    fn every_value_of_every_type_round_trips((ty, value) in types().prop_flat_map(|ty| {
        let of_type = values(&ty);
        (Just(ty), of_type)
    })) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), ty in types()) {
        let _ = decode(&bytes, &ty);
    }
}
