using System.Collections;
using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WebhookBot.Cli;
using WebhookBot.Tests.Drivers;

namespace WebhookBot.Tests.Reference;

/// <summary><c>docs/settings-and-api.md</c> names every setting with its default, and every route.</summary>
public sealed class SettingsPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "settings-and-api.md"));

    public static TheoryData<string> Settings => [.. Options.SelectMany(Rows)];

    private static IEnumerable<Type> Options => typeof(BotHost).Assembly.GetTypes().Where(t => t.GetField("Section") is { IsLiteral: true });

    [Theory]
    [MemberData(nameof(Settings))]
    public void Names_each_setting_with_its_default(string row) => Assert.Contains($"\n{row}", Page, StringComparison.Ordinal);

    [Fact]
    public async Task Names_each_route()
    {
        await using var bot = await RunningBot.StartAsync("");
        var routes = bot.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => $"/{e.RoutePattern.RawText!.Trim('/')}").ToList();

        Assert.Contains("/api/rules", routes);
        Assert.All(routes, route => Assert.Contains($"{route}`", Page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Rows(Type options)
    {
        var section = options.GetField("Section")!.GetRawConstantValue();
        var defaults = Activator.CreateInstance(options);
        return from property in options.GetProperties()
               where property.CanWrite || property.PropertyType.IsGenericType
               let value = property.GetValue(defaults)
               select $"| `{section}:{property.Name}` | {Written(value)} |";
    }

    private static string Written(object? value) => value switch
    {
        null => "none",
        string text => $"`{text}`",
        bool flag => flag ? "`true`" : "`false`",
        IEnumerable => "none",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
    };
}
