"""The words that stand on the pages: the integration's own as it translates them, and labels of Home Assistant."""

from typing import Any, Final

from tests.documents import translations

_HOME_ASSISTANT: Final = {
    "en": {
        "add_hub": "Add hub",
        "add_integration": "Add integration",
        "configure": "Configure",
        "delete": "Delete",
        "device_info": "Device info",
        "download_diagnostics": "Download diagnostics",
        "finish": "Finish",
        "history": "History",
        "menu": "Menu",
        "ok": "OK",
        "reconfigure": "Reconfigure",
        "search_brand": "Search for a brand name",
        "show_more": "Show more",
        "skip_and_finish": "Skip and finish",
        "submit": "Submit",
    },
    "zh-Hans": {
        "add_hub": "添加中枢",
        "add_integration": "添加集成",
        "configure": "配置",
        "delete": "删除",
        "device_info": "设备信息",
        "download_diagnostics": "下载诊断信息",
        "finish": "完成",
        "history": "历史",
        "menu": "菜单",
        "ok": "确定",
        "reconfigure": "重新配置",
        "search_brand": "搜索品牌名称",
        "show_more": "显示更多",
        "skip_and_finish": "跳过并完成",
        "submit": "提交",
    },
}


class Words:
    """All words of one language."""

    def __init__(self, language: str) -> None:
        """Read what the integration says in a language."""
        self._ours = translations(language)
        self._home_assistant = _HOME_ASSISTANT[language]

    def ours(self, path: str, **placeholders: str) -> str:
        """Return a text of the integration by its place, `config.error.invalid_auth`, with its placeholders filled."""
        found: Any = self._ours
        for key in path.split("."):
            found = found[key]
        return str(found).format(**placeholders) if placeholders else str(found)

    def entity(self, platform: str, key: str, **placeholders: str) -> str:
        """Return the name of an entity."""
        return self.ours(f"entity.{platform}.{key}.name", **placeholders)

    def label(self, name: str) -> str:
        """Return what Home Assistant calls something."""
        return self._home_assistant[name]
