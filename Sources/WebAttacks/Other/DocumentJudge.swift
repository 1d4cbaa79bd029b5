// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// XML with entities, includes of a server, and queries for directories, documents
/// and XPath.
enum DocumentJudge {
    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.has("<") || form.has("!") { xml(form, &verdicts) }
        if form.has("$") { operators(form, &verdicts) }
        if form.has("(") || form.has("*") || form.has(":") { directory(form, &verdicts) }
        if form.has("/") || form.has("(") { xpath(form, &verdicts) }
        if form.isWord(0, "db"), form.isMark(1, "."), form.has("(") { database(form, &verdicts) }
    }

    private static func xml(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count {
            if form.isMark(at, "!"), at + 1 < form.tokens.count, form.tokens[at + 1].kind == .word {
                let range = Int(form.tokens[at].start)..<Int(form.tokens[at + 1].end)
                let isOpen = form.isMark(at - 1, "<")
                if form.isWord(at + 1, "entity"),
                    isOpen || form.hasNear("system", from: range.lowerBound),
                    !form.isFollowedByProse(at + 1)
                {
                    verdicts.add(.externalEntity, 80, range, "an entity that XML declares")
                } else if isOpen, !isOfHTML(form, at + 1),
                    form.isWord(at + 1, "doctype") || form.isWord(at + 1, "element")
                {
                    verdicts.add(.externalEntity, 62, range, "a document type that XML declares")
                }
            }
            guard form.isMark(at, "<") else { continue }
            let start = Int(form.tokens[at].start)
            // `<?xml version="1.0"?> meaning`
            let isMention =
                at == 0 && form.isMark(form.proseStart - 1, ">")
                && form.proseStart < form.tokens.count && !form.has("!")
            if form.hasText(at: start, "<?xml"), !form.hasText(at: start, "<?xml-"), !isMention {
                verdicts.add(.externalEntity, 60, start..<start + 5, "a document of XML")
            } else if form.hasText(at: start, "<xi:include") {
                verdicts.add(.externalEntity, 75, start..<start + 11, "an include of XML")
            } else if form.hasText(at: start, "<!--") {
                include(form, at, start, &verdicts)
            }
        }
        if form.find("w3.org/2001/xinclude") != nil {
            verdicts.add(.externalEntity, 70, 0..<form.bytes.count, "an include of XML")
        }
    }

    /// `<!DOCTYPE html>`, which declares nothing.
    private static func isOfHTML(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isWord(at, "doctype") && form.isWord(at + 1, "html") && form.isMark(at + 2, ">")
    }

    /// `<!--#exec cmd="ls"-->`.
    private static func include(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ start: Int,
        _ verdicts: inout Verdicts
    ) {
        for index in at..<min(at + 7, form.tokens.count) where form.isMark(index, "#") {
            if form.roles(index + 1).contains(.includeDirective) {
                verdicts.add(
                    .serverSideInclude,
                    90,
                    start..<Int(form.tokens[index + 1].end),
                    "a directive of server-side includes"
                )
            }
        }
    }

    /// `[$ne]=1`, `{"$gt": ""}`, `$where: '1 == 1'`.
    private static func operators(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.isMark(at, "$") && at + 1 < form.tokens.count {
            guard form.tokens[at + 1].gap == .none, form.roles(at + 1).contains(.documentOperator)
            else { continue }
            let isNamed =
                form.isMark(at - 1, "[") || form.isMark(at - 1, "\"") || form.isMark(at - 1, "'")
                || form.isMark(at - 1, "{") || form.isMark(at - 1, ",") || form.isMark(at - 1, "\\")
                || at == 0 && form.isMark(2, ":")
            let isSet =
                form.isMark(at + 2, "]") || form.isMark(at + 2, "\"") || form.isMark(at + 2, "'")
                || form.isMark(at + 2, ":") || form.isMark(at + 2, "\\")
            if isNamed, isSet, !form.isMark(at + 2, "("), !isRange(form, at + 1) {
                let range = Int(form.tokens[at].start)..<Int(form.tokens[at + 1].end)
                verdicts.add(.documentQuery, 72, range, "an operator of a document database")
            }
        }
    }

    /// `{"$gte": 5}`: a bound that some have and some have not, where an attack takes one
    /// that all have.
    private static func isRange(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard
            form.isWord(at, "gt") || form.isWord(at, "gte") || form.isWord(at, "lt")
                || form.isWord(at, "lte")
        else { return false }
        var next = at + 1
        if form.isMark(next, "\"") || form.isMark(next, "'") { next += 1 }
        guard form.isMark(next, ":"), next + 1 < form.tokens.count else { return false }
        let bound = form.tokens[next + 1]
        return bound.kind == .number && form.isMark(next + 2, "}")
            && !(bound.count == 1 && bound.byte < UInt8(ascii: "2"))
    }

    private static func database(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.tokens.count > 5, form.isMark(3, "."), form.isMark(5, "("),
            form.closing(5).map({ form.isFollowedByProse($0) }) != true
        else { return }
        verdicts.add(
            .documentQuery,
            70,
            0..<Int(form.tokens[5].end),
            "a call of a document database"
        )
    }

    // MARK: Directories

    /// `*)(uid=*))(|(uid=*`, `admin*)((|userpassword=*)`.
    private static func directory(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if isWholeFilter(form) { return }
        for at in 0..<form.tokens.count {
            let token = form.tokens[at]
            guard token.kind == .mark else {
                attribute(form, at, &verdicts)
                continue
            }
            guard token.byte == UInt8(ascii: "("), at + 1 < form.tokens.count else { continue }
            let isBehindClose =
                form.isMark(at - 1, ")") && token.gap == .none || form.isMark(at - 1, "!")
                || form.isMark(at - 1, "|") && form.isMark(at - 2, ")")
            let isOperator =
                form.isMark(at + 1, "|") || form.isMark(at + 1, "&") || form.isMark(at + 1, "!")
            let isFilter =
                form.tokens[at + 1].kind == .word
                && form.roles(at + 1).contains(.directoryAttribute)
                && form.isMark(at + 2, "=")
            let isBehindJoker = form.isMark(at - 1, "*")
            let range = Int(form.tokens[max(0, at - 1)].start)..<Int(form.tokens[at + 1].end)
            if isBehindClose, isOperator || isFilter {
                verdicts.add(.directoryQuery, 75, range, "a filter that ends and begins another")
            } else if isBehindJoker, isOperator {
                verdicts.add(.directoryQuery, 75, range, "a filter of a directory")
            } else if isOperator, form.isMark(at + 2, "("), at < 3 || isFilter {
                verdicts.add(.directoryQuery, 62, range, "a filter of a directory")
            } else if isFilter,
                form.isMark(at - 1, "|") || form.isMark(at - 1, "&") || form.isMark(at - 1, "("),
                form.hasNear("=*", from: range.lowerBound)
            {
                verdicts.add(.directoryQuery, 68, range, "a filter of a directory")
            }
        }
        if form.tokens.count < 10, form.has("*"), form.has("("), form.has("|"), form.has("&"),
            form.tokens.allSatisfy({ $0.kind == .mark && $0.gap == .none })
        {
            verdicts.add(
                .directoryQuery,
                55,
                0..<form.bytes.count,
                "marks of a filter that testers send together"
            )
        }
        let isJoker =
            form.tokens.count == 2 && form.isMark(1, "*") && form.tokens[0].kind == .word
            && form.tokens[1].gap == .none
        if isJoker, form.isWord(0, "admin") || form.isWord(0, "root") || form.isWord(0, "user") {
            verdicts.add(.directoryQuery, 52, 0..<form.bytes.count, "a name with a joker")
        }
        if form.tokens.count == 2, form.isMark(0, "*"), form.isMark(1, "|") {
            verdicts.add(
                .directoryQuery,
                52,
                0..<form.bytes.count,
                "a joker and an operator of a filter"
            )
        }
    }

    /// `(&(objectClass=user)(cn=Jo*))`: a filter from its first parenthesis to its last,
    /// which ends none of the server's; also one of which one reads.
    private static func isWholeFilter(_ form: borrowing ValueForm) -> Bool {
        guard form.isMark(0, "("), form.tokens.count > 4, form.find("userpassword") == nil else {
            return false
        }
        var depth = 0
        for at in 0..<form.tokens.count where form.tokens[at].kind == .mark {
            if form.isMark(at, "(") { depth += 1 }
            if form.isMark(at, ")") { depth -= 1 }
            if depth == 0, at + 1 < form.tokens.count { return form.isFollowedByProse(at) }
            if form.isMark(at, ")"), form.isFollowedByProse(at) { return true }
        }
        return depth == 0 && !form.has("|")
    }

    private static func attribute(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        guard
            form.isWord(at, "objectclass") || form.isWord(at, "userpassword")
                || form.isWord(at, "samaccountname"),
            form.isMark(at + 1, "=") || form.isMark(at + 1, ":")
        else { return }
        let range = Int(form.tokens[at].start)..<Int(form.tokens[at + 1].end)
        verdicts.add(.directoryQuery, 62, range, "an attribute of a directory")
    }

    // MARK: XPath

    /// `count(//item)`: of all there is, no more than a name.
    private static func isNamedPath(_ form: borrowing ValueForm) -> Bool {
        form.isMark(3, "/") && form.tokens.count == 6 && form.tokens[4].kind == .word
            && form.isMark(5, ")")
    }

    /// `count(/child::node())`, `' or name()='x'`.
    private static func xpath(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.has("]"), form.has("|"), let at = form.find("] | /") ?? form.find("]|/") {
            verdicts.add(.pathQuery, 66, at..<at + 3, "a predicate that ends and a second path")
        }
        for at in 0..<form.tokens.count where form.tokens[at].kind == .word {
            let isAxis =
                form.isMark(at + 1, ":") && form.isMark(at + 2, ":")
                && form.roles(at).contains(.xpathAxis)
                && (form.isMark(at - 1, "/") || form.isMark(at - 1, "(")
                    || form.isMark(at + 3, "*"))
            let isNode =
                form.isMark(at + 1, "(") && form.isMark(at + 2, ")")
                && (form.isWord(at, "node") || form.isWord(at, "text")) && form.isMark(at - 1, "/")
            // `substring(//user[1]…`, `count(/*)`.
            let isCall =
                form.isMark(at + 1, "(") && form.isMark(at + 2, "/")
                && (form.isMark(at + 3, "/") || form.isMark(at + 3, "*"))
                && form.tokens[at + 2].gap == .none && !form.isWord(at, "url")
                && form.roles(at).isDisjoint(with: [.scriptSink])
                && !(at == 0 && form.isWord(at, "count") && isNamedPath(form))
                && (form.roles(at).contains(.xpathAxis) || form.roles(at).contains(.sqlFunction))
            let isMention =
                at == 0 && form.closing(1).map { form.isFollowedByProse($0) } == true
            if isAxis || isNode || isCall, !isMention {
                let range =
                    Int(
                        form.tokens[at].start
                    )..<Int(form.tokens[min(at + 2, form.tokens.count - 1)].end)
                verdicts.add(.pathQuery, 68, range, "an axis or node of XPath")
            }
        }
    }
}
