// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
package import Patterns

/// Something of an event that a rule can look at; it may be absent.
package enum FieldReference: Sendable, Hashable {
    /// The text after its header was cut off (§3.2).
    case log
    case programName
    case hostname
    /// In the agent's form `(name) ip->path`, or plain (§3.1).
    case location
    case fixed(StaticField)
    /// `<user>`: dstuser, else srcuser.
    case user
    /// `<list field="user">`: srcuser, else dstuser.
    case listUser
    /// `<srcgeoip>`: where the source address is, such as `DE / Saxony`.
    ///
    /// Absent without a database of places.
    case sourcePlace
    /// `<dstgeoip>`: where the destination address is.
    case destinationPlace
    case dynamic(FieldName)
}

/// One test of a rule; all must hold (§5.3).
package enum Condition: Sendable {
    /// The decoder's ``LogDecoder/nameID``.
    case decodedAs(Int)
    /// The field exists and the pattern's answer differs from `isNegated`.
    case text(FieldReference, Pattern, isNegated: Bool)
    /// The field exists and is equal, case included (`<action>` untyped).
    case exact(FieldReference, [UInt8], isNegated: Bool)
    /// `<srcip>`, `<dstip>` (§2.6).
    case address(StaticField, AddressList, isNegated: Bool)
    case check(CompiledCheck)
    /// The attribute `maxsize`, which is a minimum: bytes of the log.
    case minimumSize(Int)
    case time(TimeWindow)
    /// Days on which the rule holds, 0 is Sunday.
    case weekday(Set<Int>)
    /// `<check_diff>` (§5.9).
    case outputChanged
    /// `<if_fts>` (§4.7).
    case firstTimeSeen
    case list(ListLookup)

    /// The `compiled_rule` functions (§5.3).
    package enum CompiledCheck: String, Sendable, CaseIterable {
        case sourceAndDestinationUserDiffer = "comp_srcuser_dstuser"
        case identifierIsLong = "check_id_size"
        case windowsTargetAndCallerDiffer = "comp_mswin_targetuser_calleruser_diff"
        case isSimpleRequest = "is_simple_http_request"
        case isKnownCrawler = "is_valid_crawler"
    }

    /// `<time>`: minutes of the day, both ends included.
    package struct TimeWindow: Sendable, Hashable {
        /// From 0 to 1439; not greater than ``lastMinute``.
        package let firstMinute: Int
        /// From 0 to 1439.
        package let lastMinute: Int
        /// Whether the window is what must *not* be the case.
        package let isNegated: Bool
    }
}

/// `<list field= lookup= check_value=>` (§6.3).
package struct ListLookup: Sendable {
    package let field: FieldReference
    package let lookup: Lookup
    /// What the value must satisfy; nil when `check_value` is absent.
    package let value: OSMatch?
    /// Index into ``Ruleset/lists``.
    package let list: Int

    /// How a field is looked up; raw values are the words of the attribute.
    package enum Lookup: String, Sendable, CaseIterable {
        case matchKey = "match_key"
        case notMatchKey = "not_match_key"
        case matchKeyValue = "match_key_value"
        case addressMatchKey = "address_match_key"
        case notAddressMatchKey = "not_address_match_key"
        case addressMatchKeyValue = "address_match_key_value"
    }
}

/// A CDB list's text, read into a dictionary (§6.1); the first of equal keys
/// counts.
package struct LookupList: Sendable {
    /// As rules name it, without `.cdb`.
    package let path: String
    package let entries: [[UInt8]: [UInt8]]
}
