// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Harmless texts, part 3 of 4.
    static let harmless3 = #"""
        function keys
        array of light
        math homework
        date night
        console games
        root beer
        global warming
        process engineering
        cookie recipe
        domain name
        write a letter
        open sesame
        fetch dog
        trigger warning
        confirm booking
        prompt delivery
        prompt engineering
        style guide
        frame shop
        object lesson
        embed code
        svg icons
        math
        base camp
        meta analysis
        link building
        form builder
        template free
        input method
        button up shirt
        body lotion
        head phones
        image search
        video games
        audio book
        details matter
        dialog box
        import export
        object-fit: cover
        onclick
        onload
        onset = early
        online=true
        on sale = yes
        one=1
        only=yes
        onboarding=done
        data: the new oil
        file: cabinet
        url(https://example.com/a.png)
        data:image/png;base64,iVBORw0KGgo=
        about:blank
        chrome://settings
        vscode://file/a
        git@github.com:user/repo.git
        git://github.com/user/repo
        ssh://git@example.com/repo.git
        s3://bucket/key
        redis://localhost:6379
        postgres://user:pass@db/app
        jdbc:mysql://localhost/db
        magnet:?xt=urn:btih:abc
        urn:isbn:0451450523
        geo:37.786971,-122.399677
        doi:10.1000/182
        isbn:978-3-16-148410-0
        POLYGON((0 0,1 0,1 1,0 0))
        POINT(1 2)
        -122.4,37.8
        rgb(255,0,0)
        rgba(0,0,0,.5)
        #fff
        translate(10px, 20px)
        calc(100% - 10px)
        linear-gradient(to right, red, blue)
        a1b2c3
        AB-1234
        ABC*
        *
        ?
        %
        _
        .
        ,
        :
        !
        +
        -
        =
        price:10..20
        price-10-20
        sort=price,desc
        sort=-created
        sort=name asc
        name asc, date desc
        created_at DESC
        id,name,email
        fields=id,name(first,last)
        include=author,comments.author
        filter[name]=x
        filter[age][gte]=18
        page[number]=1
        tags[]=a
        expand=items($select=id)
        id in (1,2,3)
        id in ('a','b')
        status in ("open","closed")
        project = TEST AND status = "In Progress" ORDER BY created DESC
        assignee = currentUser() AND resolution = Unresolved
        created >= -7d
        up{job="api"}
        rate(http_requests_total[5m])
        sum by (job) (rate(x[5m]))
        {app="nginx"} |= "error"
        {app="nginx"} |~ "4.."
        source="x" | stats count by host
        level:error AND NOT host:a
        @timestamp:[now-1h TO now]
        host.name : "web1" and status >= 500
        SELECT
        What does "SELECT * " do?
        The table, the chair and the lamp
        You can't select more than one option or the form won't submit
        Please update the address and delete the old one from the system
        I'd like to order 10 of these and 20 of those
        We're closed; call us tomorrow
        She said "yes" and he said "no"
        Is it true that 1 + 1 = 2?
        a) first b) second
        (1) one (2) two
        1) one; 2) two
        see p. 5; cf. p. 10
        U.S.A.
        e.g. this
        i.e. that
        etc.
        Mr. & Mrs. Smith
        No. 5
        St. John's
        Inc.
        Ltd.
        Dr. O'Neal's and Dr. D'Souza's
        "The Union" by Jack O'Connell
        Drop it like it's hot
        Select * in a box
        What is 2 * 3 = 6?
        x^2 + y^2 = r^2
        a'b
        f'(x)
        f''(x) = 2
        A' and B'
        5' or 6'
        {x | x > 0}
        |x| < 1
        P(A|B)
        P(A or B) = P(A) + P(B)
        a && b
        a || b
        !important
        !x
        ~x
        x & y
        x | y
        x ? y : z
        i++
        i--
        --i
        x -= 1
        x == y
        x != y
        x === y
        x <> y
        a <- b
        a := 5
        a..z
        /regex/g
        s/foo/bar/
        /foo/bar
        s/old/new/g
        tr a-z A-Z
        find . -name "*.txt"
        SUM(A1:A10)
        =SUM(A1:A10)
        VLOOKUP(A1,B:C,2,FALSE)
        COUNT(DISTINCT x)
        CONCAT(a, b)
        strcmp(a, b)
        printf("%d\n", x)
        malloc(sizeof(int))
        cout << "hi"
        std::cout << x
        x >> 2
        1 << 4
        >>> import this
        <<<
        <b>
        <p>
        R<-C
        <->
        <=>
        <!
        </
        />
        &nbsp;
        &amp;
        &copy; 2024
        &lt;3
        A&amp;B
        %20
        %2F
        hello%20world
        100%25
        a%2Bb
        \t
        C:\
        D:
        \o/
        ¯\_(ツ)_/¯
        L'Oréal Paris
        Levi's 501 or 505
        Dunkin' Donuts
        rock'n'roll
        'Hello' she said
        "To be or not to be"
        Romeo & Juliet
        Marks & Spencer's
        Barnes & Noble; closing time
        the select few from the club
        select a seat and order a drink
        union workers strike and others like it
        all unions select leaders from members
        drop in and have a look
        drop out rate by year
        update on the case from 2020
        insert your name and select a date
        delete account or close it
        create view of the city at night
        alter ego or not
        order of the phoenix
        order by mail
        group photo by the lake
        where 2 eat
        where to go and what to see
        having a baby at 40
        what is union all in sql
        sql where in list
        sql delete from join
        how to insert into a table
        why select * is bad
        mysql where date between
        count(*) vs count(1)
        max(id) mysql
        if null then
        postgres ::text cast
        1 and 2 corinthians
        1 or more
        2 > 1
        5 = five
        3 x 4 = 12
        7*6
        100/4
        10% or 15%
        x > y and y > z
        sin x = 1/2
        (1, 2)
        [0, 1]
        {1, 2, 3}
        n! = n*(n-1)!
        a_1, a_2
        f: A -> B
        lim x->0
        ∫ x dx
        2^10
        10^-3
        p<0.05
        r=0.5, p>0.01
        H2O & CO2
        C3PO
        mp3 player
        ip65 rated
        and & or gates
        if (x) y
        else if
        """#
}
