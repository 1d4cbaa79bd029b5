// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// What an event must have for a rule to hold, told in a few instructions: most
/// rules that are tried fail at it.
///
/// It never denies a rule that holds, and looks at no condition behind one that
/// remembers something.
struct RuleGate: Sendable {
    private static let noSlot = Int32(-1)
    /// Stands for the name of the program.
    private static let programSlot = Int32(-2)

    /// Slot of a ``DecodedEvent`` that must have a value, or one of those above.
    private var slot = noSlot
    /// How many bytes the value has; -1 for any number.
    private var count: Int32 = -1
    /// What the value begins with: up to eight bytes, as ``DecodedEvent/front(of:)``
    /// has them, and which of them count.
    private var start: UInt64 = 0
    private var startMask: UInt64 = 0
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
                add(field, isNegated ? nil : patterns.starts[pattern])
            case .exact(let field, _, _): add(field, nil)
            case .address(let field, _, _): add(.fixed(field), nil)
            case .list(let index): add(lookups[index].field, nil)
            case .decodedAs, .check, .minimumSize, .time, .weekday: continue
            case .outputChanged, .firstTimeSeen: return
            }
        }
    }

    private mutating func add(pair new: (UInt16, UInt16)) {
        let always = UInt16(LogSignature.always)
        if pair.0 == always, new.0 != always { pair = new }
    }

    /// A field with a known start is better than one without.
    private mutating func add(_ field: FieldReference, _ new: PatternNecessity.Start?) {
        let wanted: Int32
        switch field {
        case .fixed(let field): wanted = Int32(field.rawValue)
        case .dynamic(let name): wanted = Int32(clamping: DecodedEvent.slot(of: name))
        case .programName: wanted = Self.programSlot
        case .log, .hostname, .location, .user, .listUser, .sourcePlace,
            .destinationPlace:
            return
        }
        guard slot == Self.noSlot || startMask == 0 && new != nil else { return }
        slot = wanted
        guard let new else { return }
        count = new.isWhole ? Int32(clamping: new.text.count) : -1
        for (index, byte) in new.text.prefix(8).enumerated() {
            start |= UInt64(byte | 0x20) << UInt64(8 * index)
            startMask |= 0xFF << UInt64(8 * index)
        }
    }

    /// Whether the rule may hold for an event, what the gate says of the log left
    /// aside.
    @inline(__always)
    func admitsFields(_ event: borrowing DecodedEvent) -> Bool {
        let field: Range<Int>?
        switch slot {
        case Self.noSlot: return true
        case Self.programSlot: field = event.header.programName
        default: field = event.value(inSlot: Int(slot))
        }
        guard let value = field else { return false }
        guard startMask != 0 else { return true }
        if count >= 0, value.count != Int(count) { return false }
        return event.front(of: value) & startMask == start
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
