asset of the theme
