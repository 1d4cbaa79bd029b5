// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import FuzzSupport

private nonisolated(unsafe) var session = FuzzSession(
    FuzzEngine.make(
        decoders: "<decoder name=\"d\"><prematch>^x</prematch></decoder>",
        rules: """
            <group name="g,"><rule id="7" level="3"><category>ossec</category>\
            <description>$(title) $(sca.check.title) $(win.system.message)</description></rule>\
            <rule id="100" level="5"><if_sid>7</if_sid><field name="file">e</field>\
            <description>f</description></rule></group>
            """
    )
)

/// Reports of agents' modules: the first byte names the queue, each line is one.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput.bytes(start, count)
    guard let queue = bytes.first else { return 0 }
    session.run(Array(bytes.dropFirst()), queue: queue)
    return 0
}

@_cdecl("FuzzReport_main")
package func start(_ count: CInt, _ arguments: FuzzDriver.Arguments) -> CInt {
    FuzzDriver.run(count, arguments, fuzz)
}
