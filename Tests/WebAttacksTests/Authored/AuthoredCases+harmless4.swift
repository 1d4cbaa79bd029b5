// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Harmless texts, part 4 of 4.
    static let harmless4 = #"""
        switch case default
        for loop in java
        while loop python
        do while
        try catch finally
        return policy
        return to sender
        return null
        import duty
        import cost calculator
        export data to excel
        print screen
        print shop near me
        echo chamber
        echo dot 4th gen
        eval meaning
        exec meaning
        system of a down
        system restore windows 10
        shell gas station
        shell script example
        bash history
        cat food
        cat6 cable
        cat breeds & care
        dog | cat
        more cats; more fun
        less than 10
        head and shoulders
        tail lights
        top hat
        sort of
        cut the rope
        find nemo
        find x
        kill command
        who dat
        w3schools
        id software
        date palm
        time zone
        set theory
        env variables
        dir en grey
        type 2 diabetes
        copy that
        move on
        del taco
        cls meaning
        net flix
        ping test
        host meaning
        dig it
        curl hair
        curl my hair at home
        wget tutorial
        nano sim
        vi keyboard
        emacs org mode
        make up
        gcc countries
        go home
        node island
        perl harbor
        ruby tuesday
        python snake size
        java coffee
        php developer jobs
        docker tutorial for beginners
        git rebase vs merge
        ssh key generation
        ftp client
        nc state basketball
        awk tutorial
        sed stream editor
        tar removal
        zip code 10001
        mount fuji
        touch id not working
        chmod calculator
        sudo meaning
        apt for rent
        yum yum sauce
        rpm meter
        service now
        crontab guru
        script font
        iframe meaning
        frame size
        object show
        svg to png converter
        math is fun
        style of the year
        base64 decode online
        form 1040
        body mass index
        head start
        meta stock
        link's awakening
        img alt text
        video to mp3
        table for 2
        onload event javascript
        onclick vs addeventlistener
        on click
        onerror
        alert()
        alert() not working
        prompt engineering guide
        confirm email
        document scanner
        document.title
        window.location vs href
        location.href javascript
        window replacement
        cookie clicker
        eval() in python
        settimeout 0
        javascript alert("hello")
        innerhtml vs textcontent
        <h1> tag
        <div> vs <span>
        html <br> tag
        <3 pizza
        a<b
        if a<b then c
        x<y>z
        List<String> list = new ArrayList<>();
        std::map<std::string, int>
        Array<number>
        Promise<void>
        fn main() -> Result<()>
        #include <stdio.h>
        public class Main { }
        def foo(self, x):
        lambda x: x + 1
        x => x + 1
        (a, b) => a + b
        const x = () => {}
        $('#id').hide()
        $x = 5;
        $foo->bar()
        @property
        @Override
        @media print
        #1 fan
        #metoo
        // comment
        /* comment */
        -- comment
        ; comment
        % comment
        a // b
        a -- b
        note -- this is important
        one; two -- three
        yes -- no
        foo#bar
        c# or java
        c# and f#
        a/b/c
        ./relative
        path/../other
        ~user
        C:
        /home
        /var
        etc/hosts file windows
        hosts file location
        passwd command
        shadow of the colossus
        win.ini
        boot.ini
        web.xml example
        php.ini location
        .htaccess redirect
        .env file
        robots.txt
        id_rsa.pub
        readme.md
        foo.bar.baz
        v2.0.1
        1.2.3.4
        10.0.0.1
        192.168.0.1 login
        127.0.0.1 meaning
        ::1
        example.com
        http://example.com/?a=b&c=d
        https://example.com/path/to/page.html?x=1#top
        https://user@example.com/
        https://example.com/redirect?url=https://other.example
        www.example.com/foo;bar
        ftp://ftp.example.com/file.zip
        file name with spaces.txt
        mailto:a@b.example?subject=hi
        data science
        data: 5 GB
        javascript: what is it
        tel:123
        sms:+123
        {{ title }}
        {{count}} items
        ${price}
        $5 or $10
        $PATH
        ${HOME}
        %PATH%
        {name: "x"}
        {"id": 5, "name": "A & B"}
        {"q": "it's"}
        {"sql": "select"}
        {"a": "<b>"}
        {"gt": 5}
        [{"op": "replace", "path": "/a", "value": 1}]
        ["AND", ["a", "=", 1], ["b", ">", 2]]
        a eq 1 and b ne 2
        a:1 AND b:[2 TO 3]
        (a OR b) AND NOT c
        "a b" OR "c d"
        title~"x" and labels in ("y")
        text ~ "foo" ORDER BY updated
        type:pr is:open author:x
        lang:swift path:src/**/*.swift
        *.txt
        file?.log
        [abc]*
        ^foo$
        (?i)foo
        \d+
        foo\.bar
        [^,]+
        (a|b)+
        user:root or user:admin
        user=root
        name='x'
        id=5
        id = 5
        id=5;name=x
        a=1&b=2
        a=1; b=2; c=3
        theme=dark; lang=en
        key: value
        Key: Value⏎Other: Thing
        Hello,⏎Thanks for the info.⏎Bye
        line⏎- item⏎- item
        Dear support⏎my password is wrong; help
        From the desk of⏎John
        To do: milk; eggs
        Re: meeting
        Fwd: hello
        john.o'neil@example.com
        a+b@example.com
        "John" <j@example.com>
        +62-21-555-0101
        (021) 555-0101 ext. 5
        Jl. Merdeka No.5 & 6
        Jum'at atau Sabtu
        Qur'an dan hadits
        ma'af ya
        makan & minum; murah
        100rb - 200rb
        dijual cepat!!!
        50% diskon
        l'ami d'Anne
        c'est-à-dire
        j'ai dit "oui" ou "non"
        d'où vient-il?
        Straße 5
        señor or señora
        año > 2000
        π ≈ 3.14
        5€
        £5 or £10
        “quoted” text
        ‘single’ quotes
        rock ’n’ roll
        it’s fine
        O’Brien or O’Neil
        日本 or 中国
        Привет; мир
        naïve & café
        """#
}
