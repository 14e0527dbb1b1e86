using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using WebhookBot.Tests.Drivers;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Intake.Verification;

/// <summary>Tokens of an issuer that publishes its keys.</summary>
public sealed class IssuedTokenTests : IAsyncLifetime
{
    private const string Issuer = "https://issuer.example.com";
    private const string Audience = "https://bot.example.com";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _stranger = RSA.Create(2048);
    private readonly ECDsa _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly JumpingClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _published = [];
    private FakePeer _issuer = null!;
    private RunningBot _bot = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await FakePeer.StartAsync();
        _issuer.On("GET", "/keys", _ => PeerAnswer.Json(new { keys = _published }));
        Publish("one", _rsa);
        var curve = _curve.ExportParameters(false);
        _published.Add(new { kty = "EC", crv = "P-256", kid = "curve", use = "sig", x = Base64UrlEncoder.Encode(curve.Q.X), y = Base64UrlEncoder.Encode(curve.Q.Y) });
        _folder.Write("rules/sources.yml", $$"""
            sources:
              cloud: { verify: { jwks: "{{_issuer.Url}}keys", issuer: "{{Issuer}}", audience: "{{Audience}}" }, event: { json: type } }
            """);
        _bot = await RunningBot.StartAsync("", [new("Http:AllowPrivateAddresses", "true")], _folder, services => services.AddSingleton<TimeProvider>(_clock));
    }

    public async ValueTask DisposeAsync()
    {
        await _bot.DisposeAsync();
        await _issuer.DisposeAsync();
        _folder.Dispose();
        _rsa.Dispose();
        _stranger.Dispose();
        _curve.Dispose();
    }

    [Fact]
    public async Task Takes_a_token_of_the_issuer_for_the_bot()
    {
        Assert.Equal(202, await StatusAsync(Token()));
        Assert.Equal(200, await StatusAsync(Token(key: new ECDsaSecurityKey(_curve) { KeyId = "curve" }, algorithm: SecurityAlgorithms.EcdsaSha256)));
        Assert.Equal(200, await StatusAsync(Token(from: TimeSpan.FromSeconds(30))));
        Assert.Equal(200, await StatusAsync(Token(until: TimeSpan.FromSeconds(-30))));
        Assert.Single(_issuer.Requests);
    }

    [Fact]
    public async Task Refuses_a_token_that_is_another_ones_or_ended()
    {
        Assert.Equal(401, await StatusAsync(Token(audience: "https://another.example.com")));
        Assert.Equal(401, await StatusAsync(Token(audience: null)));
        Assert.Equal(401, await StatusAsync(Token(issuer: "https://issuer.example.com.evil.example")));
        Assert.Equal(401, await StatusAsync(Token(issuer: null)));
        Assert.Equal(401, await StatusAsync(Token(from: TimeSpan.FromMinutes(-20), until: TimeSpan.FromMinutes(-2))));
        Assert.Equal(401, await StatusAsync(Token(from: TimeSpan.FromMinutes(2))));
        Assert.Equal(401, await StatusAsync(Forge("RS256", WithoutEnd(), content => _rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))));
        Assert.Equal(401, await StatusAsync(Token(key: new RsaSecurityKey(_stranger) { KeyId = "one" })));
        Assert.Equal(401, await StatusAsync(Token(algorithm: SecurityAlgorithms.RsaSha512)));
        Assert.Equal(401, await StatusAsync(Token(algorithm: SecurityAlgorithms.RsaSsaPssSha256)));
    }

    [Fact]
    public async Task Refuses_a_token_that_was_changed_or_is_not_signed_with_the_key()
    {
        var parts = Token().Split('.');
        var other = Token(audience: "another").Split('.');
        var claims = Claims();
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{other[1]}.{parts[2]}"));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{parts[1]}."));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{parts[1]}"));
        Assert.Equal(401, await StatusAsync($"{parts[0]}.{parts[1]}.{other[2]}"));
        Assert.Equal(401, await StatusAsync(Token() + "." + Token()));
        Assert.Equal(401, await StatusAsync(Forge("none", claims, _ => [])));
        Assert.Equal(401, await StatusAsync(Forge("None", claims, _ => [])));
        Assert.Equal(401, await StatusAsync(Forge("HS256", claims, content => HMACSHA256.HashData(Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), content))));
        Assert.Equal(401, await StatusAsync(Forge("HS256", claims, content => HMACSHA256.HashData(_rsa.ExportSubjectPublicKeyInfo(), content))));
        Assert.Equal(401, await StatusAsync(Forge("HS256", claims, content => HMACSHA256.HashData(_rsa.ExportParameters(false).Modulus!, content))));
        var own = _stranger.ExportParameters(false);
        var jwk = $$""","jwk":{"kty":"RSA","n":"{{Base64UrlEncoder.Encode(own.Modulus)}}","e":"AQAB"},"jku":"{{_issuer.Url}}mine","x5u":"{{_issuer.Url}}mine" """;
        Assert.Equal(401, await StatusAsync(Forge("RS256", claims, content => _stranger.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), jwk)));
        Assert.Equal(401, await StatusAsync(new string('a', 20_000)));
        Assert.All(_issuer.Requests, r => Assert.Equal("/keys", r.Path));
        Assert.Equal(202, await StatusAsync(Token()));
    }

    [Fact]
    public async Task Asks_for_a_key_that_it_does_not_know_once_a_minute()
    {
        Assert.Equal(202, await StatusAsync(Token()));
        using var next = RSA.Create(2048);
        Publish("two", next);
        var key = new RsaSecurityKey(next) { KeyId = "two" };
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(401, await StatusAsync(Token(key: key)));
        }

        Assert.Single(_issuer.Requests);
        _clock.Jump(TimeSpan.FromSeconds(61));
        Assert.Equal(401, await StatusAsync(Token(key: new RsaSecurityKey(_stranger) { KeyId = "three" })));
        Assert.Equal(2, _issuer.Requests.Count);
        Assert.Equal(200, await StatusAsync(Token(key: key)));
        Assert.Equal(401, await StatusAsync(Token(key: new RsaSecurityKey(_stranger) { KeyId = "three" })));
        Assert.Equal(2, _issuer.Requests.Count);
    }

    [Fact]
    public async Task Refuses_everything_while_the_keys_cannot_be_had_and_then_no_longer()
    {
        _issuer.Next(new PeerAnswer(500));

        Assert.Equal(401, await StatusAsync(Token()));
        Assert.Equal(401, await StatusAsync(Token()));
        Assert.Single(_issuer.Requests);

        _clock.Jump(TimeSpan.FromSeconds(61));
        Assert.Equal(202, await StatusAsync(Token()));
    }

    private void Publish(string id, RSA key)
    {
        var parameters = key.ExportParameters(false);
        _published.Add(new { kty = "RSA", kid = id, use = "sig", alg = "RS256", n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) });
    }

    private string Token(string? issuer = Issuer, string? audience = Audience, TimeSpan from = default, TimeSpan? until = null, SecurityKey? key = null, string algorithm = SecurityAlgorithms.RsaSha256)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = now + (until is null ? from : TimeSpan.FromMinutes(-30)),
            Expires = now + (until ?? TimeSpan.FromMinutes(5)),
            SigningCredentials = new SigningCredentials(key ?? new RsaSecurityKey(_rsa) { KeyId = "one" }, algorithm),
        });
    }

    private string Claims() => JsonSerializer.Serialize(new { iss = Issuer, aud = Audience, exp = _clock.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds() });

    private static string WithoutEnd() => JsonSerializer.Serialize(new { iss = Issuer, aud = Audience });

    private static string Forge(string algorithm, string claims, Func<byte[], byte[]> sign, string more = "")
    {
        var content = $"{Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"one"{{more}}}""")}.{Base64UrlEncoder.Encode(claims)}";
        return $"{content}.{Base64UrlEncoder.Encode(sign(Encoding.ASCII.GetBytes(content)))}";
    }

    private async Task<int> StatusAsync(string token) =>
        (await RawHttp.SendAsync(_bot.Client.BaseAddress!, RawHttp.Post("/hooks/cloud", """{"type":"done"}"""u8, "Content-Type: application/json", $"Authorization: Bearer {token}"))).Status;
}
