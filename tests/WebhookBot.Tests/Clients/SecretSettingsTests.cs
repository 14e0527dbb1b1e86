using System.Text.Json;
using Microsoft.Extensions.Configuration;
using WebhookBot.Cli;
using WebhookBot.Clients;
using WebhookBot.Clients.Stripe;

namespace WebhookBot.Tests.Clients;

/// <summary>No setting that is a secret can be printed by mistake.</summary>
public sealed class SecretSettingsTests
{
    private static readonly string[] SecretWords = ["Key", "Secret", "Token", "Password", "Credential"];

    private static readonly Dictionary<string, string> NoSecrets = new()
    {
        ["GitHubOptions.PrivateKeyFile"] = "the path of a file",
    };

    [Fact]
    public void Every_setting_whose_name_says_that_it_is_a_secret_has_the_type_that_shows_stars()
    {
        var named = typeof(BotHost).Assembly.GetTypes().Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(t => t.GetProperties())
            .Where(p => SecretWords.Any(word => p.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(p => $"{p.DeclaringType!.Name}.{p.Name}", p => p.PropertyType);

        Assert.Equal(
            ["AdminOptions.Token", "GitHubOptions.PrivateKey", "SlackOptions.BotToken", "StripeOptions.ApiKey"],
            named.Where(n => n.Value == typeof(Secret)).Select(n => n.Key).Order());
        Assert.Equal(NoSecrets.Keys, named.Where(n => n.Value != typeof(Secret)).Select(n => n.Key));
    }

    [Fact]
    public void The_key_of_Stripe_is_bound_and_not_shown()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Recovery:Stripe:ApiKey"] = "rk_of_an_account" }).Build();

        var options = settings.GetSection(StripeOptions.Section).Get<StripeOptions>()!;

        Assert.Equal("rk_of_an_account", options.ApiKey?.Reveal());
        Assert.DoesNotContain("rk_of_an_account", JsonSerializer.Serialize(options), StringComparison.Ordinal);
        Assert.DoesNotContain("rk_of_an_account", $"{options.ApiKey}", StringComparison.Ordinal);
    }
}
