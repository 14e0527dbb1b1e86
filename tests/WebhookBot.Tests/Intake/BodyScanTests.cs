using System.Text;
using System.Text.Unicode;
using WebhookBot.Intake;
using WebhookBot.Rules.Sources;
using WebhookBot.Rules.Testing;

namespace WebhookBot.Tests.Intake;

/// <summary>The quick reader of bodies takes nothing that the library's does not take, and finds the same values in it.</summary>
public sealed class BodyScanTests
{
    // Pieces at which a reader of JSON can go wrong.
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\\"", "\\u00", "\\u00e9", "\\ud800", "\\x", "/", "//", "/*", "'", " ", "\t", "\n", "\r", "\f", "\0", "\u001f", "\u007f", "\u00a0", "\ufeff",
        "0", "00", "01", "-", "-0", "-1", "+1", "1.", ".5", "1.5", "1e", "1e5", "1E+5", "1e-", "9999999999999999999999", "1e999", "NaN", "Infinity", "true", "tru", "True", "false", "falsey",
        "null", "nul", "undefined", "\"a\":1", "\"a\":", "\"action\":\"x\"", "\"a\":1,\"a\":1", "{}", "[]", "{\"\":0}", "[[[[", "é", "漢", "\U0001F600", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    private static readonly BodyFields Fields = new(
    [
        ValueTemplate.Parse("{json:action}"), ValueTemplate.Parse("{json:repository.full_name}"), ValueTemplate.Parse("{json:number}"), ValueTemplate.Parse("{json:alerts.labels.name}"),
        ValueTemplate.Parse("{json:list}"), ValueTemplate.Parse("{json:draft}"),
    ]);

    public static TheoryData<string> Plain => new(
        "{}", "[]", " \t\r\n{ } \n", "[0,-0,1.5,1e5,-1E+5,0.0e-0,true,false,null,\"\"]", "{\"action\":\"opened\",\"number\":7,\"draft\":true,\"list\":[1,\"b\",null,[2,{\"x\":3}],4]}",
        "{\"repository\":{\"full_name\":\"a/b\"},\"alerts\":[{\"labels\":{\"name\":\"x\"}},{\"labels\":{\"name\":\"y\"}}]}", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00E9\\ud83d\\ude00\"}",
        "{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]}},\"b\":{}}", "{\"a\":\"é漢\U0001F600\u007f\"}", $"{{\"action\":\"{new string('x', 5000)}\"}}", $"{Repeated("[", 64)}{Repeated("]", 64)}");

    // What it leaves to the library, which takes the first of these lines and refuses the others.
    public static TheoryData<string> Left => new(
        "{\"\\u0061\":1}", "{\"action\":\"\\u0061\"}", "{\"action\":\"\\ud800\"}",
        "", " ", "{", "[", "{\"a\"", "{\"a\":", "{\"a\":1", "[1", "[1,", "\"", "\"a", "{\"a", "{\"a\\", "{\"a\":\"\\u00", "{\"a\":\"x", "{\"a\":\"x\\", "{\"a\":tru", "{\"a\":-", "{}{}", "{}x", "[]]",
        "{\"a\":1,}", "[1,]", "[,1]", "[1 2]", "{\"a\" 1}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":NaN}", "{\"a\":True}", "{\"a\":truee}",
        "{]", "[}", "[{]}", "{\"a\":[}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12G4\"}", "{\"a\":\"\n\"}", "{\"a\":\"\0\"}", "{\"a\":1/**/}", "{\"a\":1}\0", "{\"a\":1\f}", "{\"a\":1\u00a0}", "\"text\"", "1", "null",
        "{\"a\":1,\"a\":1}", "{\"x\":{\"a\":1,\"b\":[{}],\"a\":1}}", "[[{\"\":1,\"\":2}]]", "\ufeff{}", $"{Repeated("[", 65)}{Repeated("]", 65)}");

    [Theory]
    [MemberData(nameof(Plain))]
    public void Takes_what_is_plain_with_the_values_that_the_library_finds(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        var values = BodyScan.Read(bytes, Fields);

        Assert.NotNull(values);
        Assert.Equal(BodyJson.ReadSlowly(bytes, Fields, out _), values);
    }

    [Theory]
    [MemberData(nameof(Left))]
    public void Leaves_the_rest_to_the_library(string body) => Assert.Null(BodyScan.Read(Encoding.UTF8.GetBytes(body), Fields));

    [Fact]
    public void Takes_what_senders_send() => Assert.All(SampleCatalog.Names, name =>
    {
        var body = SampleCatalog.Find(name)!;
        Assert.Equal(BodyJson.ReadSlowly(body, Fields, out _), Assert.IsType<string?[]>(BodyScan.Read(body, Fields)));
    });

    [Fact]
    public void Takes_no_half_of_a_body()
    {
        var body = SampleCatalog.Find("github.pull_request.opened")!.AsSpan().TrimEnd("\r\n"u8).ToArray();
        for (var length = 0; length < body.Length; length++)
        {
            Assert.Null(BodyScan.Read(body.AsSpan(..length), Fields));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Takes_of_bodies_that_are_changed_at_random_only_what_the_library_takes(int seed)
    {
        const int Bodies = 15_000;
        var random = new Random(seed);
        var seeds = Plain.Select(row => (string)row.Data).Append(Encoding.UTF8.GetString(SampleCatalog.Find("github.push")!)).ToList();
        var (taken, refused) = (0, 0);
        for (var i = 0; i < Bodies; i++)
        {
            var body = Encoding.UTF8.GetBytes(Change(seeds[random.Next(seeds.Count)], random));
            if (!Utf8.IsValid(body))
            {
                continue;
            }

            var mine = BodyScan.Read(body, Fields);
            var theirs = BodyJson.ReadSlowly(body, Fields, out var problem);
            if (mine is not null)
            {
                Assert.True(theirs is not null && theirs.SequenceEqual(mine), $"{problem}: {Encoding.UTF8.GetString(body)}");
            }

            (taken, refused) = (taken + (mine is null ? 0 : 1), refused + (theirs is null ? 1 : 0));
        }

        Assert.InRange(taken, Bodies / 20, Bodies);
        Assert.InRange(refused, Bodies / 4, Bodies);
    }

    private static string Change(string body, Random random)
    {
        for (var changes = random.Next(3); changes >= 0; changes--)
        {
            var at = random.Next(body.Length + 1);
            var length = Math.Min(random.Next(4), body.Length - at);
            body = random.Next(4) switch
            {
                0 => body.Remove(at, length),
                1 => body.Insert(at, body.Substring(at, length)),
                2 => body.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]),
                _ => body.Insert(at, Pieces[random.Next(Pieces.Length)]),
            };
        }

        return body;
    }

    private static string Repeated(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
