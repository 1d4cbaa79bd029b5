// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport

/// The engine that all inputs go through.
private nonisolated(unsafe) var session = FuzzSession(
    FuzzEngine.shipped(
        sigma: """
            title: All
            name: all
            logsource: {product: linux}
            detection:
              k: {'|all': ['a*b', 'c?d']}
              f: {c-uri-query|contains: [x, y, '../'], src_ip|cidr: 10.0.0.0/8}
              r: {url|re|i: 'sel(ect|f)', id|gte: 400, user|fieldref: dstuser}
              condition: 1 of them or not f
            ---
            title: Count
            correlation: {type: value_count, rules: [all], group-by: [src_ip], timespan: 1m,
              condition: {field: url, gte: 3}}
            """
    )
)

/// Lines of any kind through the shipped ruleset and Sigma rules.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    session.run(bytes)
    return 0
}

@_cdecl("FuzzEvent_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
