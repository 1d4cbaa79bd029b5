// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Harmless texts, part 2 of 4.
    static let harmless2 = #"""
        1/2 cup
        w/o
        c/o
        n/a
        TCP/IP
        C++
        C#
        F#
        .NET
        ASP.NET
        Node.js
        Yahoo!
        what?
        really?!
        hello, world!
        (hello)
        hello (world)
        [hello]
        {hello}
        "hello"
        `code`
        run `npm install` first
        **bold** and _italic_
        # Heading
        ## Heading 2
        * item one
        - item
        1. item
        > quote
        [link](https://example.com)
        ![image](https://example.com/a.png)
        ~~strike~~
        | a | b |
        line one⏎line two
        Dear Sir,⏎⏎I am writing to you.⏎Regards
        Subject to change
        From: here to eternity
        To: whom it may concern
        Location: Jakarta
        Note: this is important
        Host a party
        Hello 👋 world
        café
        naïve
        日本語
        中文搜索
        Привет мир
        مرحبا
        สวัสดี
        한국어
        rumah dijual di Jakarta
        cara membuat kue dan roti
        harga hp samsung dan oppo atau vivo
        apa itu union
        pilih atau tidak
        beli 1 gratis 1
        Jl. Sudirman No. 1
        Rp 10.000
        wo ist der Bahnhof
        Übergröße
        où est la bibliothèque
        qu'est-ce que c'est
        aujourd'hui
        ¿dónde está?
        perché no?
        l'amore è bello
        dell'arte
        'tis the season
        the '90s
        rock & roll '69
        5'10"
        6' 2"
        27" monitor
        27" monitor and stand
        3/4" plywood
        12" x 14"
        1' by 2'
        O'Reilly or O'Neill
        Harley's or Indian's
        the boys' and girls' rooms
        John's or Mary's
        McDonald's and Wendy's
        can't or won't
        dogs' toys
        it's 5 o'clock; it's time
        users' data -- a guide
        privacy -- the basics
        well-known
        state-of-the-art
        -5
        --help
        --version
        -v
        -1
        1e10
        1.5e-3
        0.1
        1,000,000
        1_000
        0b1010
        007
        null
        undefined
        true
        false
        NaN
        None
        admin
        root
        password
        passwd
        users
        id
        ls
        cat
        dir
        whoami
        select
        union
        script
        alert
        alert system
        system update
        eval board
        exec team
        exec summary
        include me
        print
        print (paper)
        sleep
        sleep (2024)
        sleep(less) nights
        benchmark (chess)
        char
        version
        database
        user
        if
        if only
        case when
        case closed
        not null
        is null
        like
        like me
        in
        exists
        limit 10
        top 10
        count
        count (noble)
        sum
        avg
        concat
        length
        left
        right
        replace
        reverse
        trim
        lower
        upper
        round
        floor
        now
        date
        time to sleep
        wait for delay
        shutdown
        exec
        declare independence
        grant proposal
        revoke access
        truncate text
        merge cells
        call me
        load data
        show tables for two
        describe the process
        explain this
        set up
        use case
        begin again
        commit
        rollback
        copy paste
        cat and mouse
        less is more
        more or less
        head over heels
        tail wind
        sort by price
        find my phone
        cut and paste
        touch screen
        kill bill
        who is it
        which one
        last christmas
        top gun
        make money
        man on fire
        time travel
        watch online
        set price
        read more
        test drive
        true blood
        false alarm
        yes or no
        at home
        id card
        ps4 games
        ps 5
        df frames
        nc state
        go fish
        go home; sleep
        w hotel
        ip address
        ss lazio
        bash street kids
        perl jam
        python snake
        ruby ring
        node js course
        php tutorial for beginners
        java island
        net worth
        reg plate
        type a
        call center
        start up
        ping pong
        dig deep
        host family
        mail order
        mount everest
        free shipping
        free shipping & returns; sale
        sale | shoes
        shoes | nike | adidas
        Home | Example
        Products > Shoes > Nike
        A -> B
        A => B
        if a then b else c
        for i in range(10)
        while true do
        return "value"
        return true
        function foo(a, b) { return a + b; }
        var x = 5;
        let y = x => x * 2
        const a = [1, 2, 3];
        int main() { return 0; }
        public static void main
        import java.util.List
        java.lang.NullPointerException
        java.lang.String cannot be cast
        com.example.app
        com.google.android.gms
        System.out.println
        System.Collections.Generic
        require jquery
        module.exports
        constructor injection
        prototype pattern
        __init__.py
        self
        config
        request
        settings
        this and that
        document management
        window cleaning
        location independent
        navigator ship
        history of rome
        parent teacher
        top 5 frames
        string theory
        object oriented
        """#
}
