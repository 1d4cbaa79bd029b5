// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Finds attacks in what an access log shows of a request.
///
/// A value with its buffers: one owner, one request at a time. Work is bounded
/// whatever comes: a target is read up to ``sizeLimit``, a value up to 2 KB and 256
/// tokens, all values together up to ``workLimit`` bytes.
package struct WebAttackDetector: Sendable {
    /// What limits cut off, since the detector was made.
    package struct Counters: Sendable, Hashable {
        /// Requests whose text was longer than is read.
        package internal(set) var cutTexts = 0
        /// Parameters beyond the first 64 of a request.
        package internal(set) var surplusParameters = 0
        /// Values that weren't looked at, for others used up the work allowed.
        package internal(set) var skippedValues = 0
    }

    package private(set) var counters = Counters()

    /// Bytes of a target that are read.
    static let sizeLimit = 6144
    /// Bytes in all forms of all values that are judged for one request.
    static let workLimit = 2304
    /// Bytes of a path's last segment that are judged by themselves.
    private static let segmentLimit = 768
    /// What judging a form costs beside its bytes, in bytes.
    private static let formCost = 26

    private var target = RequestTarget()
    private var decoder = ValueDecoder()
    private var form: ValueForm
    private var sql = SQLJudge()
    private var verdicts = Verdicts()
    private var found: [WebAttack] = []
    private var work = 0
    /// Forms in which something was found, of all requests.
    private var reports = 0
    private var isSignIn = false

    package init() {
        form = ValueForm(lexicon: Lexicon())
    }

    /// Attacks in a request, the strongest first; of one kind only the strongest.
    ///
    /// The target is path and query as the log has them; a header that is missing is
    /// empty.
    ///
    /// - Complexity: Linear, and bounded by ``workLimit``.
    package mutating func inspect(
        target text: Span<UInt8>,
        userAgent: Span<UInt8>,
        referrer: Span<UInt8>
    ) -> [WebAttack] {
        found.removeAll(keepingCapacity: true)
        work = 0
        isSignIn = false
        inspectTarget(text)
        inspectAgent(userAgent)
        inspectReferrer(referrer)
        guard found.count > 1 else { return found }
        return found.sorted { Self.rank($0) > Self.rank($1) }
    }

    /// What a request tries says more than what sent it.
    private static func rank(_ attack: WebAttack) -> Int {
        attack.kind == .scanner || attack.kind == .probe ? attack.score - 100 : attack.score
    }

    // MARK: Parts

    private mutating func inspectTarget(_ text: Span<UInt8>) {
        if text.count > Self.sizeLimit { counters.cutTexts &+= 1 }
        target.split(text, limit: Self.sizeLimit)
        counters.surplusParameters &+= target.surplusParameters
        inspectPath(text.extracting(target.path))
        inspectOptions(text)
        for parameter in target.parameters { inspect(parameter, text) }
    }

    /// `?-s`, `?-d+name=value`: a query that PHP's old CGI took for its options.
    private mutating func inspectOptions(_ text: Span<UInt8>) {
        guard let piece = target.parameters.first?.piece else { return }
        let query = text.extracting(piece)
        let start = ValueDecoder.first(of: query)
        guard start == UInt8(ascii: "-") || start == 0xAD else { return }
        decoder.start(query, isQuery: true)
        let bytes = decoder.bytes
        guard bytes.count > 1 else { return }
        let letter = bytes[1]
        let isAlone =
            bytes.count == 2 && (letter == UInt8(ascii: "s") || letter == UInt8(ascii: "n"))
        let takesValue =
            letter == UInt8(ascii: "d") || letter == UInt8(ascii: "f")
            || letter == UInt8(ascii: "c")
        let hasValue =
            bytes.count > 3 && bytes[2] == 0x20 && takesValue
            && bytes.contains(where: { $0 == 0x3D || $0 == 0x2F })
        guard isAlone || hasValue else { return }
        add(
            WebAttack(
                kind: .code,
                score: 75,
                place: .parameterName,
                decoded: bytes,
                evidence: 0..<2,
                rounds: 0,
                reason: "options of PHP's interpreter"
            )
        )
    }

    private mutating func inspectPath(_ path: Span<UInt8>) {
        let bits = ByteBits.of(path)
        // Some write blanks as `+` in paths too.
        decoder.start(path, isQuery: ByteBits.pluses(path) > 1)
        var round = 0
        repeat {
            guard take(round) else { return }
            if round == 0 { isSignIn = NameJudge.isSignIn(form) }
            PathJudge.judge(form, isPath: true, &verdicts)
            NameJudge.judgePath(form, &verdicts)
            if bits.contains(.special) { judgeAll() }
            report(.path, round)
            if bits.contains(.special) { inspectLastSegment(round) }
            round += 1
        } while bits.contains(.coded) && round <= ValueDecoder.roundLimit && decoder.again()
    }

    /// What follows the last slash before the first character that no name has.
    private mutating func inspectLastSegment(_ round: Int) {
        let bytes = form.bytes
        guard let special = bytes.firstIndex(where: ByteBits.isMark),
            let slash = bytes[..<special].lastIndex(of: UInt8(ascii: "/"))
        else { return }
        form.take(Array(bytes[(slash + 1)...].prefix(Self.segmentLimit)))
        judgeAll()
        report(.path, round)
    }

    private mutating func inspect(_ parameter: RequestTarget.Parameter, _ text: Span<UInt8>) {
        let name = text.extracting(parameter.name)
        if Self.isAmpersand(text.extracting(parameter.piece)) {
            return inspectAmpersand(parameter, text)
        }
        if !name.isEmpty { inspect(name: name, text.extracting(parameter.piece)) }
        inspectValue(text.extracting(parameter.value), .parameter([]), name)
    }

    /// `amp;name=value`: a page's `&amp;`, taken literally.
    private static func isAmpersand(_ piece: Span<UInt8>) -> Bool {
        piece.count > 4 && piece[0] == 0x61 && piece[1] == 0x6D && piece[2] == 0x70
            && piece[3] == 0x3B
    }

    private mutating func inspectAmpersand(
        _ parameter: RequestTarget.Parameter,
        _ text: Span<UInt8>
    ) {
        let name =
            parameter.name.count > 4
            ? text.extracting(parameter.name.lowerBound + 4..<parameter.name.upperBound)
            : text.extracting(0..<0)
        let start =
            parameter.name.isEmpty ? parameter.value.lowerBound + 4 : parameter.value.lowerBound
        inspectValue(text.extracting(start..<parameter.value.upperBound), .parameter([]), name)
    }

    private mutating func inspect(name: Span<UInt8>, _ piece: Span<UInt8>) {
        if isSignIn, NameJudge.isSession(name) {
            found.append(
                WebAttack(
                    kind: .sessionFixation,
                    score: 55,
                    place: .parameterName,
                    decoded: Self.copy(name),
                    evidence: 0..<name.count,
                    rounds: 0,
                    reason: "the id of a session, handed to a page that signs in"
                )
            )
        }
        let bits = ByteBits.of(name)
        guard bits.contains(.special) || bits.contains(.dotted) || bits.contains(.underscores)
        else { return }
        decoder.start(name, isQuery: true)
        guard take(0) else { return }
        NameJudge.judgeName(form, &verdicts)
        judgeAll()
        report(.parameterName, 0)
        guard bits.contains(.special) else { return }
        decoder.start(piece, isQuery: true)
        guard take(0) else { return }
        judgeAll()
        report(.parameterName, 0)
    }

    private mutating func inspectValue(
        _ value: Span<UInt8>,
        _ place: WebAttack.Place,
        _ name: Span<UInt8>
    ) {
        let bits = ByteBits.of(value)
        guard !bits.isEmpty || ByteBits.mayBeBase64(value) || NameJudge.isCommand(name) else {
            if Base64.decode(value, into: &decoder) { judgeRounds(place, name) }
            return
        }
        decoder.start(value, isQuery: true)
        let before = reports
        judgeRounds(place, name)
        if reports == before { inspectWithin(value, bits, place, name) }
    }

    /// Looks into a value that is base64 or JSON.
    private mutating func inspectWithin(
        _ value: Span<UInt8>,
        _ bits: ByteBits,
        _ place: WebAttack.Place,
        _ name: Span<UInt8>
    ) {
        if Base64.decode(value, into: &decoder) { return judgeRounds(place, name) }
        guard bits.contains(.special) else { return }
        decoder.start(value, isQuery: false)
        if Base64.begins(decoder.bytes.span) {
            let text = decoder.bytes
            if Base64.decode(text.span, into: &decoder) { judgeRounds(place, name) }
            return
        }
        decoder.start(value, isQuery: true)
        guard JSONTexts.begins(decoder.bytes) else { return }
        for text in JSONTexts.of(decoder.bytes) {
            decoder.start(decoded: text)
            judgeRounds(place, name)
        }
    }

    private mutating func judgeRounds(_ place: WebAttack.Place, _ name: Span<UInt8>) {
        var round = 0
        repeat {
            guard take(round) else { return }
            PathJudge.judge(form, isPath: false, &verdicts)
            NameJudge.judgeValue(form, &verdicts)
            judgeAll()
            if round == 0, NameJudge.isCommand(name) { ShellPhrases.named(form, &verdicts) }
            if round > 0, form.bytes == [0x3C] {
                verdicts.add(.crossSiteScripting, 52, 0..<1, "nothing but an encoded <")
            }
            report(place, round, name)
            round += 1
        } while round <= ValueDecoder.roundLimit && decoder.again()
    }

    // MARK: Headers

    private mutating func inspectAgent(_ agent: Span<UInt8>) {
        guard agent.count > 1 else { return }
        let isOrdinary = ByteBits.isOrdinaryAgent(agent)
        // Of a browser's name only the end can be another's.
        let isBrowser = isOrdinary && agent.count > 64 && ByteBits.isBrowser(agent)
        decoder.start(
            isBrowser ? agent.extracting(agent.count - 40..<agent.count) : agent,
            isQuery: false
        )
        guard take(0) else { return }
        NameJudge.judgeAgent(form, &verdicts)
        if !isOrdinary { judgeAll() }
        report(.userAgent, 0)
        guard !isOrdinary, decoder.again(), take(1) else { return }
        judgeAll()
        report(.userAgent, 1)
    }

    private mutating func inspectReferrer(_ referrer: Span<UInt8>) {
        guard referrer.count > 1 else { return }
        let bits = ByteBits.of(referrer)
        guard bits.contains(.special) || bits.contains(.coded) else { return }
        target.split(referrer, limit: 2048)
        let isAddress = target.path.lowerBound > 0
        if isAddress, !ByteBits.holdsSyntax(referrer) {
            for parameter in target.parameters {
                inspectValue(
                    referrer.extracting(parameter.value),
                    .referrer,
                    referrer.extracting(0..<0)
                )
            }
            guard ByteBits.of(referrer.extracting(target.path)).contains(.special) else { return }
        }
        decoder.start(referrer, isQuery: ByteBits.pluses(referrer) > 2)
        var round = 0
        repeat {
            guard take(round) else { return }
            judgeAll()
            report(.referrer, round)
            round += 1
        } while round <= 1 && decoder.again()
    }

    // MARK: Judging

    /// Makes the decoded text the form to judge, unless the work is used up.
    private mutating func take(_ round: Int) -> Bool {
        guard work < Self.workLimit else {
            counters.skippedValues &+= 1
            return false
        }
        work += decoder.bytes.count + Self.formCost
        verdicts.reset()
        form.take(decoder.bytes)
        return true
    }

    private mutating func judgeAll() {
        if form.mayBeSQL { sql.judge(form, &verdicts) }
        MarkupJudge.judge(form, &verdicts)
        ShellJudge.judge(form, &verdicts)
        PHPJudge.judge(form, &verdicts)
        CodeJudge.judge(form, &verdicts)
        TemplateJudge.judge(form, &verdicts)
        DocumentJudge.judge(form, &verdicts)
        AddressJudge.judge(form, &verdicts)
    }

    private mutating func report(_ place: WebAttack.Place, _ round: Int) {
        guard verdicts.best >= WebAttack.threshold else { return }
        reports &+= 1
        for kind in WebAttack.Kind.allCases {
            let verdict = verdicts.byKind[kind.index]
            guard verdict.score >= WebAttack.threshold else { continue }
            let attack = WebAttack(
                kind: kind,
                score: verdict.score,
                place: place,
                decoded: form.bytes,
                evidence: verdict.evidence.clamped(to: 0..<form.bytes.count),
                rounds: round,
                reason: verdict.reason
            )
            add(attack)
        }
        verdicts.reset()
    }

    private mutating func report(_ place: WebAttack.Place, _ round: Int, _ name: Span<UInt8>) {
        guard verdicts.best >= WebAttack.threshold else { return }
        if case .parameter = place {
            report(.parameter(Self.copy(name)), round)
        } else {
            report(place, round)
        }
    }

    private mutating func add(_ attack: WebAttack) {
        if let index = found.firstIndex(where: { $0.kind == attack.kind }) {
            if found[index].score < attack.score { found[index] = attack }
        } else {
            found.append(attack)
        }
    }

    private static func copy(_ text: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(text.count)
        for at in 0..<text.count { copy.append(text[at]) }
        return copy
    }
}
