// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
package import FuzzSupport

/// What queries are asked of.
private enum Sample {
    static let alerts = [
        #"""
        {"timestamp":"2026-02-01T10:00:00.123+0000","rule":{"level":7,"id":"31103",\#
        "groups":["web","attack"]},"agent":{"id":"000"},"data":{"srcip":"10.0.0.1",\#
        "url":"/?id=1 union","container":{"name":"web"}},"location":"a"}
        """#,
        "{}", "[", #"{"a":{"b":[1,2.5,null,true,"x*y"]},"full_log":"é \" \u0001"}"#,
    ].map { Array($0.utf8) }
}

/// A query: it is read, or its first mistake has a column within it; and it is asked
/// of alerts.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: FuzzInput.bytes(start, count), as: UTF8.self)
    let now = Timestamp(nanoseconds: 1_769_940_000_000_000_000, utcOffsetSeconds: 3600)
    do throws(QueryError) {
        let matcher = AlertMatcher(try AlertFilter.parse(text, now: now))
        for alert in Sample.alerts { _ = matcher.matches(alert.span) }
    } catch {
        precondition(error.column >= 1 && error.column <= text.utf8.count + 1)
    }
    return 0
}

@_cdecl("FuzzKQL_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
