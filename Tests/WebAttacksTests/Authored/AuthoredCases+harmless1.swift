// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension AuthoredCases {
    /// Harmless texts, part 1 of 4.
    static let harmless1 = #"""
        O'Brien
        Conan O'Brien's show
        D'Angelo & Sons
        rock 'n' roll
        it's a trap
        don't stop believin'
        l'hôtel de l'école
        the union and select committee
        union station parking
        select all that apply
        select the best from the rest
        how to drop a table from a moving truck
        order by phone or online
        insert coin to continue
        update your profile and set a password
        delete from my list
        where is the nearest cafe
        having fun with friends
        group by age and income
        create table lamp
        drop table leaf table 4ft
        best table saw for small shop
        cats and dogs or birds
        black or white
        1 or 2 bedrooms
        2 and 3 bedroom apartments
        either 1 or 2
        a and b
        between 10 and 20 years
        10 to 20
        1=1
        x=y
        a = b + c
        2+2=4
        1+1
        e=mc^2
        y = mx + b
        f(x) = x^2 + 2x + 1
        sin(x)+cos(y)
        sqrt(16)
        max(a, b)
        log(100)
        (a+b)*(a-b)
        3*4-2
        100%
        50% off
        5 > 3
        a < b and c > d
        i <3 you
        <3
        x <= 10
        -->
        <-
        ->
        =>
        :-)
        ;-)
        ;)
        :'(
        <grin>
        <name>
        Vec<String>
        List<Integer>
        Map<String, List<Integer>>
        std::vector<int>
        template<typename T>
        HashMap::new()
        std::collections::HashMap
        Foo::bar
        select2 dropdown
        SELECT committee on intelligence
        sql server select top 10
        sql injection tutorial
        what is sql injection
        how to use select in sql
        mysql union vs union all
        mysql group_concat separator
        mysql order by desc limit
        sql left join where null
        postgres cast to int
        sqlite3 drop column
        javascript alert box
        javascript document.getElementById
        javascript: the good parts
        javascript void 0
        js fetch json
        jquery $.ajax
        react useState hook
        react onClick handler
        html img tag alt
        what does the script tag do
        how to center a div
        css background url
        css :hover
        .class > p:first-child
        #main .content
        div.container > ul li:nth-child(2n+1)
        a[href^="http"]
        input[type=text]
        [data-id="5"]
        @media (max-width: 600px)
        python import os
        python os.system vs subprocess
        python eval
        python __init__ vs __new__
        python print("hello")
        print("hello world")
        console.log
        console.log("x") not working
        php include file
        php echo
        php system function
        php $_GET
        bash if else
        bash for loop
        linux cat command
        linux ls -la meaning
        cat file
        how to kill a process in linux
        chmod 777 meaning
        sudo apt-get update
        apt-get install nginx
        docker ps
        git commit -m "fix"
        git log --oneline
        npm install react
        pip install requests
        wget vs curl
        ssh user@host
        ping google.com
        windows cmd commands
        powershell get-process
        cd ..
        /home/user/photos
        /etc
        what is /etc/passwd
        path/to/file.txt
        file.tar.gz
        report.2024.final.v2.pdf
        index.html
        config.yml
        package.json
        docs/readme.md
        my file (1).pdf
        image..jpg
        hello...
        wait... what
        a..b
        1..10
        v1.2.3-beta.4+build.5
        2024-01-01T00:00:00Z
        2024-01-01 00:00:00
        12:30:45
        10/12/2024
        +1 (555) 123-4567
        +62 812-3456-7890
        user@example.com
        John Doe <john@example.com>
        mailto:user@example.com
        http://example.com/
        https://www.example.com/path?x=1&y=2
        https://example.com/a/b/c.html#section
        https://en.wikipedia.org/wiki/Union_(set_theory)
        https://example.com:8443/login
        //cdn.example.com/lib.js
        www.example.com
        /account/settings?tab=1
        /redirect/here
        https://example.com/?utm_source=x&utm_medium=y
        android-app://com.example.app/
        tel:+15551234567
        ftp.example.com
        192.168.1.1
        127.0.0.1
        10.0.0.0/8
        fe80::1
        2001:db8::1
        localhost
        SGVsbG8gV29ybGQ=
        dGhpcyBpcyBhIHRlc3Q=
        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln
        eyJwYWdlIjoxLCJzaXplIjoyMH0=
        iVBORw0KGgoAAAANSUhEUgAAAAUA
        550e8400-e29b-41d4-a716-446655440000
        d41d8cd98f00b204e9800998ecf8427e
        0xdeadbeef
        #ff0000
        #hashtag
        @username
        $100
        $5.99
        $HOME
        ${name}
        ${user.name}
        {name}
        {{name}}
        {0}
        %s
        %d items
        %USERPROFILE%
        {"page":1,"size":20}
        {"filter":{"status":"active"}}
        {"a":[1,2,3],"b":null,"c":true}
        {"name":"O'Brien","city":"Cork"}
        {"sort":{"field":"name","order":"desc"}}
        {"query":"select"}
        {"text":"don't; stop"}
        [1,2,3]
        ["a","b"]
        [{"id":1},{"id":2}]
        {"where":{"id":{"eq":5}}}
        {"and":[{"price":{"gt":10}},{"price":{"lt":20}}]}
        {"operator":"AND","value":"x"}
        query { user(id: 1) { name email } }
        query Q($id: ID!) { node(id: $id) { id } }
        mutation { addUser(name: "x") { id } }
        { viewer { login } }
        fragment F on User { id name }
        name eq 'John'
        name eq 'O''Neil'
        price gt 10 and price lt 20
        contains(name,'abc')
        startswith(Name,'A') and endswith(Name,'z')
        Price le 3.5 or Price gt 200
        substringof('x',Name)
        year(BirthDate) eq 1990
        Id eq 5
        createdOn ge 2024-01-01 and status eq 'active'
        title:"foo bar" AND body:"quick fox"
        title:foo OR title:bar
        field:[1 TO 10]
        name:/joh?n(ath[oa]n)/
        +required -excluded
        roam~0.8
        jakarta^4 apache
        status:active AND (type:a OR type:b)
        site:example.com filetype:pdf
        "exact phrase" -word
        intitle:index of
        inurl:admin
        cats OR dogs
        cats AND dogs
        cats NOT dogs
        (cats OR dogs) AND food
        foo* bar?
        te?t
        "hello world"
        'hello world'
        'quoted'
        "a" and "b"
        'a' or 'b'
        ^[a-z]+$
        ^\d{3}-\d{4}$
        (foo|bar)
        [a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+
        \bword\b
        .*\.jpg$
        a|b|c
        a;b;c
        a,b,c
        a&b
        AT&T
        R&D
        Q&A
        M&M's
        Ben & Jerry's
        Tom & Jerry
        salt & pepper
        bread & butter; jam
        red;blue;green
        first; second; third
        size:large;color:red
        key=value;other=thing
        width=100;height=200
        font-size: 12px; color: red
        en-US,en;q=0.9
        text/html; charset=utf-8
        application/json
        a/b
        and/or
        he/she
        24/7
        """#
}
