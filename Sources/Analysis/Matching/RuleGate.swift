// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What an event must have for a rule to hold, told in a few instructions: most
/// rules that are tried fail at it.
///
/// It never denies a rule that holds, and looks at no condition behind one that
/// remembers something.
struct RuleGate: Sendable {
    private static let noSlot = Int32(-1)

    /// Slot of a ``DecodedEvent`` that must have a value; -1 for none.
    private var slot = noSlot
    /// The letter, in lower case, that the slot's value begins with; 0 for any
    /// byte or none.
    private var letter: UInt8 = 0
    /// Numbers of a ``LogSignature`` that must occur.
    fileprivate private(set) var pair = (UInt16(LogSignature.always), UInt16(LogSignature.always))

    /// The gate of a rule's conditions.
    init(
        _ steps: ArraySlice<RuleStep>,
        _ patterns: PatternTableBuilder,
        _ lookups: [ListLookup]
    ) {
        for step in steps {
            switch step {
            case .text(.log, let pattern, let isNegated):
                if !isNegated { add(pair: patterns.rarestPair(pattern)) }
            case .text(let field, let pattern, let isNegated):
                add(field, letter: isNegated ? 0 : patterns.firstLetter(pattern))
            case .exact(let field, _, _): add(field, letter: 0)
            case .address(let field, _, _): add(.fixed(field), letter: 0)
            case .list(let index): add(lookups[index].field, letter: 0)
            case .decodedAs, .check, .minimumSize, .time, .weekday: continue
            case .outputChanged, .firstTimeSeen: return
            }
        }
    }

    private mutating func add(pair new: (UInt16, UInt16)) {
        let always = UInt16(LogSignature.always)
        if pair.0 == always, new.0 != always { pair = new }
    }

    /// A field by its name is better than one without a letter.
    private mutating func add(_ field: FieldReference, letter new: UInt8) {
        let wanted: Int
        switch field {
        case .fixed(let field): wanted = Int(field.rawValue)
        case .dynamic(let name): wanted = DecodedEvent.slot(of: name)
        case .log, .programName, .hostname, .location, .user, .listUser, .sourcePlace,
            .destinationPlace:
            return
        }
        guard slot == Self.noSlot || letter == 0 && new != 0 else { return }
        slot = Int32(wanted)
        letter = new
    }

    /// Whether the rule may hold for an event, what the gate says of the log left
    /// aside.
    @inline(__always)
    func admitsFields(_ event: borrowing DecodedEvent) -> Bool {
        guard slot >= 0 else { return true }
        guard let value = event.value(inSlot: Int(slot)) else { return false }
        guard letter != 0 else { return true }
        return !value.isEmpty && event.arena[value.lowerBound] | 0x20 == letter
    }
}

/// The gates of a ruleset's rules, by place in ``ChildTable/nodes``.
struct RuleGates: Sendable {
    private let gates: [RuleGate]
    /// What each gate says of the log, close together: most gates need no more.
    private let pairs: [UInt32]

    init(_ gates: [RuleGate]) {
        self.gates = gates
        pairs = gates.map { UInt32($0.pair.0) | UInt32($0.pair.1) << 16 }
    }

    /// The first of some places whose rule may hold for an event; the end of the
    /// range when none may.
    ///
    /// Without a signature, what gates say of the log is left aside.
    func first(
        in places: Range<Int>,
        _ event: inout DecodedEvent,
        hasSignature: Bool
    ) -> Int {
        let (gates, pairs) = (gates.span, pairs.span)
        for place in places {
            if hasSignature, !event.signature.contains(packed: pairs[place]) { continue }
            if gates[place].admitsFields(event) { return place }
        }
        return places.upperBound
    }
}
