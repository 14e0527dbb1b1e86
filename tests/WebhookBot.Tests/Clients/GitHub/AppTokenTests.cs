using Microsoft.Extensions.Time.Testing;
using WebhookBot.Clients;
using WebhookBot.Clients.GitHub;
using WebhookBot.Tests.Peers;

namespace WebhookBot.Tests.Clients.GitHub;

public sealed class AppTokenTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeGitHubApp _app;

    public AppTokenTests() => _app = new FakeGitHubApp(_time);

    public static TheoryData<string> KeyForms => ["pkcs1", "pkcs8", "one line", "file"];

    [Theory]
    [MemberData(nameof(KeyForms))]
    public void Is_accepted_whatever_form_the_key_has(string form)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, _app.PrivateKeyPem);
        var options = form switch
        {
            "pkcs1" => Options(_app.PrivateKeyPem),
            "pkcs8" => Options(_app.Pkcs8PrivateKeyPem),
            "one line" => Options(_app.PrivateKeyPem.Replace("\n", "\\n", StringComparison.Ordinal)),
            _ => new GitHubOptions { AppId = _app.Id, PrivateKeyFile = file },
        };
        Assert.True(new GitHubOptionsCheck().Validate(null, options).Succeeded);
        using var token = new AppToken(Microsoft.Extensions.Options.Options.Create(options), _time);
        Assert.Null(_app.ProblemOfJwt("Bearer " + token.Create()));
        File.Delete(file);
    }

    [Fact]
    public void Is_dated_back_and_lives_less_than_ten_minutes()
    {
        using var token = new AppToken(Microsoft.Extensions.Options.Options.Create(Options(_app.PrivateKeyPem)), _time);
        var jwt = token.Create();
        var slow = new FakeGitHubApp(new FakeTimeProvider(_time.GetUtcNow().AddSeconds(-59)));
        var fast = new FakeGitHubApp(new FakeTimeProvider(_time.GetUtcNow().AddMinutes(10)));
        Assert.Null(slow.ProblemOfJwt("Bearer " + jwt));
        Assert.NotNull(fast.ProblemOfJwt("Bearer " + jwt));
    }

    [Theory]
    [InlineData("my-app", null, "https://api.github.com/", "App ID")]
    [InlineData("1", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "https://api.github.com/", "GitHub:PrivateKey")]
    [InlineData("1", "nonsense", "https://api.github.com/", "PEM")]
    [InlineData("1", null, "ftp://host/", "GitHub:ApiUrl")]
    [InlineData("1", null, "api.github.com", "GitHub:ApiUrl")]
    public void Refuses_settings_that_cannot_work(string appId, string? key, string url, string named)
    {
        var options = new GitHubOptions { AppId = appId, PrivateKey = key is null ? null : new Secret(key), ApiUrl = new Uri(url, UriKind.RelativeOrAbsolute) };
        var result = new GitHubOptionsCheck().Validate(null, options);
        Assert.Contains(named, result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", result.FailureMessage, StringComparison.Ordinal);
        Assert.DoesNotContain("nonsense", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_key_file_that_is_not_there()
    {
        var result = new GitHubOptionsCheck().Validate(null, new GitHubOptions { AppId = "1", PrivateKeyFile = "/nowhere/key.pem" });
        Assert.Contains("GitHub:PrivateKeyFile", result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_public_key()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(1024);
        Assert.True(new GitHubOptionsCheck().Validate(null, Options(rsa.ExportRSAPublicKeyPem())).Failed);
    }

    private GitHubOptions Options(string pem) => new() { AppId = _app.Id, PrivateKey = new Secret(pem) };
}
