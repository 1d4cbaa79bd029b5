// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// One event while it is worked on: its text, what was decoded from it, what
/// its source says.
///
/// One is used for all events.
///
/// It is handed on `inout` also where it is only read: a borrow of so large a value
/// out of another one is a copy.
///
/// All bytes lie in one arena, which begins with the event's text, so an offset
/// into the text is one into the arena; ranges say where a field is.
struct DecodedEvent: Sendable {
    /// A field that decoders know by no name of their own.
    struct DynamicField: Sendable {
        /// Nil when no rule, decoder or description mentions the name.
        let name: FieldName?
        let writtenName: WrittenName
        let value: Range<Int>
    }

    /// A field's name as the log or the decoder writes it.
    enum WrittenName: Sendable {
        /// That of a node of ``DecodedEvent/paths``.
        case path(Int)
        /// A range of ``DecodedEvent/arena``.
        case text(Range<Int>)
    }

    var arena: [UInt8] = []
    /// The text as received.
    private(set) var text = 0..<0
    /// The text as received when it is not ``text``: what alerts show.
    private(set) var original: Range<Int>?
    var header = LogHeader(log: 0..<0)
    /// What rules see as `log`: the text behind the header, or what a plug-in
    /// made of it.
    var log = 0..<0
    var location = 0..<0
    var hostname = 0..<0
    /// Where the addresses are, when a database of places knows and rules ask.
    var sourcePlace: Range<Int>?
    var destinationPlace: Range<Int>?
    /// Index of the decoder; nil when none took the event.
    var decoder: Int?
    var category = EventCategory.syslog
    /// A rule that a plug-in named; then no rule is tried (§4.6).
    var generatedRuleID: Int?
    /// Whether no rule and no archive sees it: a report of a module that says nothing.
    var isDropped = false
    /// The alert's object `syscheck`; nil without one.
    var syscheck: Range<Int>?
    /// What `if_fts` asks for instead of the decoder's fields; nil mostly.
    var firstTimeKey: Range<Int>?
    /// What the log's bytes rule out; see ``coverLog()``.
    private(set) var signature = LogSignature()
    /// In the order of decoding.
    private(set) var fields: [DynamicField] = []
    /// The names of JSON objects, of this event and of those before.
    var paths: JSONPaths

    /// The fields with a name of their own, then the first field of each
    /// ``FieldName``; valid if stamped with this event.
    private var slots: [Slot]
    private var stamp: UInt32 = 0

    fileprivate struct Slot: Sendable {
        var stamp: UInt32 = 0
        var start: Int = 0
        var end: Int = 0
    }

    /// Makes room for so many known names of dynamic fields.
    init(nameCount: Int, paths: JSONPaths) {
        self.paths = paths
        slots = [Slot](repeating: Slot(), count: StaticField.count + nameCount)
    }

    /// Begins a new event and forgets the one before.
    mutating func start(_ text: Span<UInt8>, header: LogHeader) {
        arena.removeAll(keepingCapacity: arena.capacity < Self.keptCapacity)
        arena.append(span: text)
        self.text = 0..<text.count
        original = nil
        self.header = header
        log = header.log
        decoder = nil
        category = .syslog
        generatedRuleID = nil
        isDropped = false
        syscheck = nil
        firstTimeKey = nil
        sourcePlace = nil
        destinationPlace = nil
        signature.reset()
        fields.removeAll(keepingCapacity: true)
        advanceStamp()
    }

    /// A larger arena is given back after its event.
    private static let keptCapacity = 1 << 20

    private mutating func advanceStamp() {
        stamp &+= 1
        guard stamp == 0 else { return }
        for index in slots.indices { slots[index].stamp = 0 }
        stamp = 1
    }

    // MARK: Fields

    /// The range of a field with a name of its own; nil when it is not set.
    subscript(_ field: StaticField) -> Range<Int>? {
        @inline(__always)
        get { value(inSlot: Int(field.rawValue)) }
        set {
            let slot = newValue.map { Slot(stamp: stamp, start: $0.lowerBound, end: $0.upperBound) }
            slots[Int(field.rawValue)] = slot ?? Slot()
        }
    }

    /// The value of the first dynamic field with a name; nil when there is none.
    subscript(_ name: FieldName) -> Range<Int>? {
        @inline(__always)
        get { value(inSlot: Self.slot(of: name)) }
    }

    /// Where the value of a field lies whose name the ruleset knows.
    @inline(__always)
    static func slot(of name: FieldName) -> Int { StaticField.count + Int(name.index) }

    /// The value of a slot: a ``StaticField``'s raw value, or ``slot(of:)``.
    @inline(__always)
    func value(inSlot index: Int) -> Range<Int>? {
        guard index < slots.count, slots[index].stamp == stamp else { return nil }
        return Range(uncheckedBounds: (slots[index].start, slots[index].end))
    }

    /// Adds a dynamic field behind the others.
    mutating func append(_ name: FieldName?, writtenName: WrittenName, value: Range<Int>) {
        fields.append(DynamicField(name: name, writtenName: writtenName, value: value))
        if let name { setFirst(name, value) }
    }

    /// Appends a field's name as the log or the decoder writes it.
    func appendName(of field: DynamicField, to output: inout [UInt8]) {
        switch field.writtenName {
        case .path(let node):
            output.append(span: paths.bytes.span.extracting(paths.nodes[node].path))
        case .text(let range): output.append(span: arena.span.extracting(range))
        }
    }

    /// Makes a value known to rules by a name without listing it as decoded.
    mutating func setHidden(_ name: FieldName, value: Range<Int>) {
        setFirst(name, value)
    }

    private mutating func setFirst(_ name: FieldName, _ value: Range<Int>) {
        let index = Self.slot(of: name)
        guard index < slots.count, slots[index].stamp != stamp else { return }
        slots[index] = Slot(stamp: stamp, start: value.lowerBound, end: value.upperBound)
    }

    /// The range of anything a rule can look at; nil when the event lacks it.
    @inline(__always)
    func range(of reference: FieldReference) -> Range<Int>? {
        switch reference {
        case .log: log
        case .programName: header.programName
        case .hostname: hostname
        case .location: location
        case .fixed(let field): self[field]
        case .user: self[.dstuser] ?? self[.srcuser]
        case .listUser: self[.srcuser] ?? self[.dstuser]
        case .sourcePlace: sourcePlace
        case .destinationPlace: destinationPlace
        case .dynamic(let name): self[name]
        }
    }

    /// Makes ``signature`` speak of the log, if it does not yet.
    mutating func coverLog() {
        signature.cover(log, of: arena)
    }

    /// Makes ``signature`` speak of the log; false when it cannot.
    mutating func hasSignature() -> Bool {
        coverLog()
        return signature.covers(log)
    }

    // MARK: Arena

    /// The first eight bytes of a range, the first one lowest, letters in lower case
    /// and some other bytes changed as they are; 0 behind its end.
    @inline(__always)
    func front(of range: Range<Int>) -> UInt64 {
        let all = arena.span
        let count = min(range.count, 8)
        let word: UInt64
        if range.lowerBound + 8 <= all.count {
            word = UInt64(
                littleEndian: all.bytes.unsafeLoadUnaligned(
                    fromByteOffset: range.lowerBound,
                    as: UInt64.self
                )
            )
        } else {
            var bytes: UInt64 = 0
            for index in 0..<count {
                bytes |= UInt64(all[range.lowerBound + index]) << UInt64(8 * index)
            }
            word = bytes
        }
        let mask = count == 8 ? UInt64.max : 1 << UInt64(8 * count) - 1
        return (word | 0x2020_2020_2020_2020) & mask
    }

    /// Appends bytes to the arena.
    mutating func store(_ bytes: Span<UInt8>) -> Range<Int> {
        let start = arena.count
        arena.append(span: bytes)
        return start..<arena.count
    }

    /// Remembers what alerts show instead of ``text``, of which only the first
    /// bytes are the line.
    mutating func keepOriginal(_ bytes: Span<UInt8>, lineCount: Int) {
        text = 0..<lineCount
        original = store(bytes)
    }

    // MARK: Undoing

    /// What ``restore(_:)`` goes back to.
    struct Checkpoint {
        fileprivate let fixed: [14 of Slot]
        fileprivate let fieldCount: Int
    }

    /// The fields as they are now.
    var checkpoint: Checkpoint {
        let slots = slots.span
        return Checkpoint(fixed: [14 of Slot] { slots[$0] }, fieldCount: fields.count)
    }

    /// Takes back all fields that were set since.
    mutating func restore(_ checkpoint: Checkpoint) {
        for index in checkpoint.fixed.indices { slots[index] = checkpoint.fixed[index] }
        for field in fields[checkpoint.fieldCount...] {
            guard let name = field.name else { continue }
            let index = Self.slot(of: name)
            if isFirst(field, at: index) { slots[index].stamp = 0 }
        }
        fields.removeSubrange(checkpoint.fieldCount...)
    }

    private func isFirst(_ field: DynamicField, at index: Int) -> Bool {
        index < slots.count && slots[index].stamp == stamp
            && slots[index].start == field.value.lowerBound
    }
}
