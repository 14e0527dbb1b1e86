using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Configuration;
using WebhookBot.Clients;

namespace WebhookBot.Tests.Clients;

/// <summary>What is masked is the same however quickly it is found that there is nothing to mask.</summary>
public sealed class MaskingTests
{
    private const string Kelvin = "\u212a";

    // They begin and end with each other, hold each other, and look different in JSON and in addresses.
    private static readonly string[] Known =
        ["abcdefgh1234", "1234ijklmnop", "abcdefgh1234ijklm", "gh1234ij", "a \"quoted\" <one> & more", "schlüssel/ключ+鍵", "***after-stars", "tail-of-stars***"];

    private static readonly string[] Credentials =
    [
        "ghs_abcDEF123", "GHK_abcdef", "github_pat_11ABC_def", "xoxb-1-2-abc", "xapp-1-A", "whsec_MfKQ9r8G", "sk_live_12345678", "rk_test_abcdefgh",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "-----BEGIN RSA PRIVATE KEY-----MIIE", "authorization: bearer abcdefgh1", "Authorization\\\":\\\"Basic QWxhZGRpbg==",
        "Bearer abcdefghij1", "token 0123456789abcdef", "basic ABCDEFGHIJKLMNOPQRST", "https://me:hush@example.com/", "://@", "://" + new string('u', 300) + "@",
        "://" + new string('u', 301) + "@", "hooks.slack.com/services/T0/B0/x", "?access_token=abc", "&amp;sig=abc", "\\u0026api_key=abc", "&apikey=abc", "?signature=a",
        "?client_secret=x", "&key=v", "?password=p",
    ];

    private static readonly string[] Pieces =
    [
        "gh", "o_", "xox", "://", "@", "user:", "token", "key=", "?", "&", "=", " ", "\n", "\"", "\\", "\\n", "/", "eyJ", ".", "-----", "***", "12345678901234567890", "abcdefgh", "1234",
        "ijklm", "nop", "é", "鍵", "🔑", Kelvin, "ſ", "İ", "ı", "authorization", ": ", "bearer ", "hooks.slack.com/services/", "Z",
    ];

    [Fact]
    public void Passes_what_only_begins_like_a_token_over_in_one_go()
    {
        var endless = string.Concat(Enumerable.Repeat("eyJ", 4_000_000));

        Assert.Equal(endless, Redaction.Mask(endless));
        Assert.Equal($"{endless[..1998]} *** x", Redaction.Mask($"{endless[..1998]} eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln x"));
        Assert.Equal("\\n***", Redaction.Mask("\\neyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"));
    }

    private static readonly Gen<string> Texts = Gen.OneOf(
        OneOf(Pieces),
        OneOf(Credentials),
        Gen.Select(OneOf(Credentials), Gen.Int[0, 20]).Select((text, cut) => text[..Math.Max(0, text.Length - cut)]),
        OneOf(Credentials).Select(text => text.Replace("k", Kelvin, StringComparison.OrdinalIgnoreCase)),
        OneOf(Credentials).Select(text => text.ToUpperInvariant()),
        OneOf([.. Known.SelectMany(FormsOf)]),
        Gen.Select(OneOf(Known), Gen.Int[0, 8]).Select((text, cut) => text[cut..]),
        Gen.String[Gen.Char[' ', '~'], 0, 12]).Array[0, 14].Select(parts => string.Concat(parts));

    [Fact]
    public void Masks_what_replacing_each_secret_in_turn_and_asking_every_pattern_would_mask()
    {
        var secrets = KnowingAll();
        var longestFirst = Known.SelectMany(FormsOf).Distinct(StringComparer.Ordinal).OrderByDescending(form => form.Length).ToList();
        var touched = 0;
        Texts.Sample(
            text =>
            {
                var expected = Redaction.MaskFound(longestFirst.Aggregate(text, (masked, form) => masked.Replace(form, Redaction.Mark, StringComparison.Ordinal)));
                touched += expected == text ? 0 : 1;
                var utf8 = Encoding.UTF8.GetBytes(text);
                return secrets.Mask(text) == expected && Encoding.UTF8.GetString(secrets.Mask(utf8).Span) == expected;
            },
            iter: 20_000,
            threads: 1);
        Assert.InRange(touched, 5_000, 19_900);
    }

    [Theory]
    [InlineData("it said: abcdefgh12…", "it said: ***…")]
    [InlineData("it said: abcd…", "it said: ***…")]
    [InlineData("it said: abc…", "it said: abc…")]
    [InlineData("a 1234ij… and abcdefgh1234… more", "a ***… and ***… more")]
    [InlineData("…", "…")]
    public void Masks_the_beginning_of_a_secret_where_a_text_was_cut(string text, string masked) => Assert.Equal(masked, KnowingAll().Mask(text));

    [Fact]
    public void Gives_what_holds_no_secret_back_as_it_came()
    {
        var secrets = new KnownSecrets(new ConfigurationBuilder().Build());
        secrets.Know("a-secret-of-the-bot");
        ReadOnlyMemory<byte> clean = "{\"ssh_url\":\"git@github.com:acme/shop.git\",\"html_url\":\"https://github.com/acme/shop\"}"u8.ToArray();

        Assert.True(clean.Equals(secrets.Mask(clean)));
        Assert.Equal("{\"a\":\"***\"}", Encoding.UTF8.GetString(secrets.Mask("{\"a\":\"a-secret-of-the-bot\"}"u8.ToArray()).Span));
    }

    [Fact]
    public void Forgets_none_of_those_that_are_known_for_good_when_many_were_obtained()
    {
        var secrets = new KnownSecrets(new ConfigurationBuilder().Build());
        secrets.Know("known-for-good");
        for (var i = 0; i < 1100; i++)
        {
            secrets.KnowObtained($"obtained-{i:D4}!");
        }

        Assert.Equal("*** *** obtained-0005!", secrets.Mask("known-for-good obtained-1099! obtained-0005!"));
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static IEnumerable<string> FormsOf(string value) =>
    [
        value,
        JsonEncodedText.Encode(value).ToString(),
        JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
        Uri.EscapeDataString(value),
    ];

    private static KnownSecrets KnowingAll()
    {
        var secrets = new KnownSecrets(new ConfigurationBuilder().Build());
        foreach (var known in Known)
        {
            secrets.Know(known);
        }

        return secrets;
    }
}
