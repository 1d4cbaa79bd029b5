// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import EventModel
import Glibc

extension Alerts {
    /// `jaga alerts search`: the query language on the command line.
    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Find alerts that were kept.",
            discussion: """
                The query is that of the dashboard's search bar: fields, values, words, and, or, \
                not, parentheses. It works on the data folder, with or without a running \
                `jaga up`; without one, alerts that are not indexed yet are indexed first.

                Alerts come the newest first. TIME is now-15m, now-1d/d, 1h (an hour ago), \
                2026-11-23, 2026-11-23T12:46:15Z, or milliseconds since 1970.

                EXAMPLES
                  jaga alerts search 'rule.level >= 7 and container.name: web*' --since 1h
                  jaga alerts search 'not srcip: 10.0.0.0/8 and "union select"' --json | jq .data.url
                  jaga alerts search 'full_log: "failed password"' --since now/d --count
                  jaga alerts search --top data.srcip --since 7d
                  jaga alerts search 'level > 9' --sort rule.level:desc --limit 10

                EXIT CODES
                  0 answered, also with nothing found   1 the index cannot be read
                  2 a mistake in the query, a time or an option
                """
        )

        @Argument(help: ArgumentHelp("What to look for; all when left out.", valueName: "query"))
        var query = ""

        @Option(help: ArgumentHelp("Only alerts of this time and later.", valueName: "time"))
        var since: String?

        @Option(help: ArgumentHelp("Only alerts before this time.", valueName: "time"))
        var until: String?

        @Option(help: ArgumentHelp("How many alerts, or values of --top, at most.", valueName: "n"))
        var limit: Int?

        @Option(
            help: ArgumentHelp(
                "The order: timestamp:desc, timestamp:asc, FIELD:desc or FIELD:asc.",
                valueName: "field:order"
            )
        )
        var sort = "timestamp:desc"

        @Flag(help: "Print the alerts' JSON lines as they are.")
        var json = false

        @Flag(help: "Print only how many there are.")
        var count = false

        @Option(help: ArgumentHelp("Print a field's most frequent values.", valueName: "field"))
        var top: String?

        @Flag(help: "Search everything that was read, when it is kept, and not only alerts.")
        var archives = false

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func validate() throws {
            guard (1...10_000_000).contains(limit ?? 50) else {
                throw ValidationError("--limit is from 1 to 10000000")
            }
            guard !(count && top != nil) else {
                throw ValidationError("--count and --top exclude each other")
            }
            _ = try order()
        }

        func run() async throws {
            signal(SIGPIPE, SIG_IGN)
            let now = LocalTime.now()
            let query = try query(now)
            let files = IndexFiles(
                data: HostEnvironment.data(data),
                kind: archives ? .archives : .alerts
            )
            try await Failure.reported {
                try files.catchUp()
                let index = files.index()
                if count {
                    try await printCount(query, index)
                } else if let top {
                    try await printTop(top, query, index)
                } else {
                    try await printAlerts(query, index)
                }
                try await files.noteLag(of: index)
            }
        }

        private func query(_ now: Timestamp) throws -> AlertQuery {
            var result = AlertQuery()
            do throws(QueryError) {
                result.filter = try AlertFilter.parse(query, now: now)
            } catch {
                throw refuse(error, in: query)
            }
            result.range.from = try time(since, now) ?? .min
            result.range.to = try time(until, now) ?? .max
            return result
        }

        /// `1h` is short for `now-1h`.
        private func time(_ text: String?, _ now: Timestamp) throws -> Int64? {
            guard let text else { return nil }
            let isShort = text.last.map { "smhdwMy".contains($0) } ?? false
            let isStep = isShort && text.dropLast().allSatisfy(\.isNumber) && text.count > 1
            do throws(QueryError) {
                return try AlertTime.parse(isStep ? "now-" + text : text, now: now)
            } catch {
                throw refuse(error, in: text)
            }
        }

        /// Shows what is wrong, with a mark under its column.
        private func refuse(_ error: QueryError, in text: String) -> ExitCode {
            let shown = TerminalText.escape(text)
            Terminal.note("jaga: \(TerminalText.escape(error.message))")
            // Escapes are wider than what they stand for: then the column alone tells.
            if shown == text, error.column <= 200 {
                Terminal.note("  \(shown)")
                Terminal.note("  " + String(repeating: " ", count: error.column - 1) + "^")
            }
            Terminal.note("column \(error.column): \(TerminalText.escape(error.hint))")
            return ExitCode(ExitStatus.usage)
        }

        private func order() throws -> AlertOrder {
            guard let colon = sort.lastIndex(of: ":"), colon != sort.startIndex,
                ["asc", "desc"].contains(sort[sort.index(after: colon)...])
            else { throw ValidationError("--sort is FIELD:asc or FIELD:desc") }
            let isDescending = sort.hasSuffix(":desc")
            let field = String(sort[..<colon])
            if field == "timestamp" { return isDescending ? .newestFirst : .oldestFirst }
            return .field(field, isDescending: isDescending)
        }

        private func printCount(_ query: AlertQuery, _ index: any AlertIndex) async throws {
            let figures = try await index.aggregate(query, [AlertAggregation(.count)])
            guard case .count(let count)? = figures.first else { return }
            Terminal.write(json ? "{\"count\":\(count)}\n" : "\(count)\n")
        }

        private func printTop(
            _ field: String,
            _ query: AlertQuery,
            _ index: any AlertIndex
        ) async throws {
            let kind = AlertAggregation.Kind.top(
                field: AlertFilter.fieldName(field),
                size: limit ?? 10,
                prefix: ""
            )
            let figures = try await index.aggregate(query, [AlertAggregation(kind)])
            guard case .top(let values)? = figures.first else { return }
            let width = values.entries.first.map { String($0.count).count } ?? 0
            var output: [UInt8] = []
            for entry in values.entries {
                if json {
                    output.append(text: #"{"value":"#)
                    output.appendJSONString(entry.value)
                    output.append(text: #","count":\#(entry.count)}"# + "\n")
                } else {
                    let count = String(entry.count)
                    output.append(text: String(repeating: " ", count: width - count.count) + count)
                    output.append(text: "  " + TerminalText.escape(entry.value) + "\n")
                }
            }
            Terminal.write(output)
        }

        private func printAlerts(_ query: AlertQuery, _ index: any AlertIndex) async throws {
            let renderer = AlertLineRenderer(
                Terminal.wantsColour(STDOUT_FILENO) ? .coloured : .plain
            )
            var remaining = limit ?? 50
            var search = AlertSearch(query, order: try order(), counts: false)
            repeat {
                search.limit = min(remaining, 1000)
                let page = try await index.search(search)
                var output: [UInt8] = []
                for alert in page.alerts {
                    if json {
                        output += alert.json
                        output.append(UInt8(ascii: "\n"))
                    } else if let summary = AlertLine.summary(of: alert.json.span) {
                        renderer.append(summary, to: &output)
                    }
                }
                Terminal.write(output)
                remaining -= page.alerts.count
                search.after = page.next
            } while search.after != nil && remaining > 0
        }
    }
}

/// The clock, with the machine's zone.
enum LocalTime {
    static func now() -> Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var seconds = now.tv_sec
        var local = tm()
        localtime_r(&seconds, &local)
        return Timestamp(
            nanoseconds: Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec),
            utcOffsetSeconds: Int32(clamping: local.tm_gmtoff)
        )
    }
}
